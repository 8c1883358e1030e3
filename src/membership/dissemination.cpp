#include "membership/dissemination.hpp"

namespace starling::membership {

void Dissemination::enqueue(NodeId node) {
  const Entry fresh{.sends = 0, .age = next_age_--};
  const auto [at, is_new] = entries_.try_emplace(node, fresh);
  if (!is_new) {
    order_.erase({at->second, node});
    at->second = fresh;
  }
  order_.insert({fresh, node});
}

void Dissemination::count_send(NodeId node, std::uint32_t sends_max) {
  const auto at = entries_.find(node);
  order_.erase({at->second, node});
  if (++at->second.sends >= sends_max) {
    entries_.erase(at);
    return;
  }
  order_.insert({at->second, node});
}

std::uint32_t sends_max(std::uint32_t multiplier, std::size_t members) {
  std::uint32_t digits = 0;
  for (std::size_t reach = 1; reach < members + 1; reach *= 10) ++digits;
  return multiplier * digits;
}

}  // namespace starling::membership
