#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "wire/messages.hpp"

namespace starling::runtime {

/// What was sent to peers over streams, by kind of message: how many, and how many bytes with their
/// frames. Answers what replication, gossip and healing cost the network.
class PeerTraffic {
 public:
  void count(const wire::Message& message, std::size_t bytes) {
    Sent& sent = sent_[message.index()];
    ++sent.messages;
    sent.bytes += bytes;
  }

  /// "peer_sent.merge_request.bytes" and ".messages", of the kinds that were sent at all.
  std::vector<std::pair<std::string, std::uint64_t>> counters() const;

 private:
  struct Sent {
    std::uint64_t messages{};
    std::uint64_t bytes{};
  };
  std::array<Sent, std::variant_size_v<wire::Message>> sent_{};
};

}  // namespace starling::runtime
