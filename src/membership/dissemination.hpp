#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "base/ids.hpp"

namespace starling::membership {

/// What a candidate for a datagram met.
enum class Fit { taken, passed_over, full };

/// Of which members there is news to pass on (SWIM §4.1). Keyed by member: what is said is always
/// the latest, so newer news replaces older. Those passed on least go first, among equals the
/// newest; after λ·⌈log10(n+1)⌉ times they have reached everybody with high probability and go.
class Dissemination {
 public:
  /// There is news of `node`, to be passed on from the beginning.
  void enqueue(NodeId node);

  bool empty() const { return order_.empty(); }
  std::size_t size() const { return order_.size(); }
  bool holds(NodeId node) const { return entries_.contains(node); }

  /// Offers members in order to `fits(NodeId) -> Fit` until it says full. What it takes counts as
  /// passed on once.
  template <class Fits>
  void offer(std::uint32_t sends_max, Fits fits);

 private:
  struct Entry {
    std::uint32_t sends{};
    std::uint64_t age{};  ///< the lower, the newer
    friend constexpr auto operator<=>(const Entry&, const Entry&) = default;
  };
  void count_send(NodeId node, std::uint32_t sends_max);

  std::map<NodeId, Entry> entries_;
  std::set<std::pair<Entry, NodeId>> order_;
  std::uint64_t next_age_{~std::uint64_t{0}};
};

/// λ·⌈log10(n+1)⌉, n counting ourselves.
std::uint32_t sends_max(std::uint32_t multiplier, std::size_t members);

template <class Fits>
void Dissemination::offer(std::uint32_t sends_max, Fits fits) {
  std::vector<NodeId> taken;  // counted afterwards: a send changes the order
  for (const auto& [entry, node] : order_) {
    const Fit fit = fits(node);
    if (fit == Fit::full) break;
    if (fit == Fit::taken) taken.push_back(node);
  }
  for (const NodeId node : taken) count_send(node, sends_max);
}

}  // namespace starling::membership
