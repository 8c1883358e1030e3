#pragma once

#include <cstdint>
#include <map>

#include "membership/courier.hpp"
#include "membership/schedule.hpp"

namespace starling::membership {

/// The probes that we make for others (SWIM §3.1, Lifeguard §IV-A). An answer is passed on whenever it
/// comes; where none has come at four fifths of the time that the requester has left, we say so, early
/// enough that it hears us before it judges.
class Relays {
 public:
  Relays(const View& view, Courier& courier, Random random);

  struct Requester {
    Address address;
    NodeId node;
    std::size_t reply_bytes_max{};
  };
  void ask(const Requester& requester, const wire::PingRequest& request, Instant now, port::Outbox& out);
  void on_ack(NodeId from, std::uint64_t sequence, port::Outbox& out);
  void send_nacks(Instant now, port::Outbox& out);
  void clear() { under_way_.clear(); }

  /// When the next nack is due.
  Instant deadline() const;

 private:
  struct Relay {
    Requester requester;
    std::uint64_t requester_sequence{};
    NodeId target;
    Instant nack_at;  ///< never: said
    Instant until;
  };
  const View& view_;
  Courier& courier_;
  Random random_;
  std::map<std::uint64_t, Relay> under_way_;  ///< by the sequence of our own ping
};

}  // namespace starling::membership
