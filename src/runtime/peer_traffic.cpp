#include "runtime/peer_traffic.hpp"

#include <fmt/format.h>

#include "wire/message_names.hpp"

namespace starling::runtime {

std::vector<std::pair<std::string, std::uint64_t>> PeerTraffic::counters() const {
  std::vector<std::pair<std::string, std::uint64_t>> counters;
  for (std::size_t kind = 0; kind < sent_.size(); ++kind) {
    if (sent_[kind].messages == 0) continue;
    const auto name = wire::message_names[kind];
    counters.emplace_back(fmt::format("peer_sent.{}.messages", name), sent_[kind].messages);
    counters.emplace_back(fmt::format("peer_sent.{}.bytes", name), sent_[kind].bytes);
  }
  return counters;
}

}  // namespace starling::runtime
