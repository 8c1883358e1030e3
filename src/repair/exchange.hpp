#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "repair/gaps.hpp"
#include "repair/step.hpp"
#include "transfer/pace.hpp"

namespace starling::repair {

using transfer::Pace;

/// Brings keys that differ between two replicas to the same state on both, a few at a time: the
/// other's object is read in full and merged here, and what has come of that is merged there.
///
/// An absent row reads as a key without siblings whose context is all that its replica has seen. So
/// a value that one side holds, and that the other has seen and does not hold, goes: for all that
/// anybody can tell it has been deleted, and the tombstone reaped.
class Exchange {
 public:
  bool idle() const { return keys_.empty() && in_work() == 0; }
  const Share& share() const { return share_; }
  void begin(Share share, std::vector<ring::Key> keys, const Pace& pace, Step& step);
  void give_up();

  std::optional<Instant> due(const Pace& pace) const;
  void on_timer(const Pace& pace, Step& step);
  /// Bytes that went between us and the replica of share() by what was just heard.
  struct Traffic {
    std::uint64_t fetched{};
    std::uint64_t sent{};
  };
  /// These are nothing for an answer to somebody else.
  std::optional<Traffic> on_storage(port::Ticket ticket, Result<storage::Answer>& answer, Pace& pace, Step& step);
  std::optional<Traffic> on_reply(NodeId from, const wire::ReadReply& reply, Pace& pace, Step& step);
  std::optional<Traffic> on_reply(NodeId from, const wire::MergeReply& reply, const Pace& pace, Step& step);

  /// By all exchanges so far.
  std::uint64_t keys() const { return exchanged_; }
  std::uint64_t bytes_sent() const { return bytes_sent_; }

 private:
  /// A key, and the fingerprint of what the other side had of it.
  struct One {
    ring::Key key;
    std::uint64_t theirs{};
  };

  std::size_t in_work() const { return asked_.size() + merging_.size() + reading_.size() + pushed_.size(); }
  void go_on(const Pace& pace, Step& step);
  /// How many bytes that takes.
  std::uint64_t push(One one, const causal::Object& merged, Pace& pace, Step& step);

  Share share_;
  std::vector<ring::Key> keys_;  ///< not begun
  std::map<wire::RequestId, One> asked_;
  std::map<port::Ticket, One> merging_;
  std::map<port::Ticket, One> reading_;
  std::map<wire::RequestId, One> pushed_;
  Instant deadline_;
  std::uint64_t exchanged_{};
  std::uint64_t bytes_sent_{};
};

}  // namespace starling::repair
