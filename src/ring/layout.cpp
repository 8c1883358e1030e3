#include "ring/layout.hpp"

#include <algorithm>
#include <utility>

namespace starling::ring {

namespace {

class Mixer {
 public:
  Mixer(Lists& lists, std::span<const Zone> zones, std::span<const std::uint32_t> loads)
      : lists_(lists), zone_of_(loads.size()) {
    for (std::size_t z = 0; z < zones.size(); ++z) {
      std::uint32_t load = 0;
      for (std::size_t i = zones[z].first; i < zones[z].end; ++i) {
        zone_of_[i] = z;
        load += loads[i];
      }
      const auto count = static_cast<std::uint32_t>(lists.size());
      bounds_.push_back({.least = load / count, .most = (load + count - 1) / count});
    }
  }

  /// Exchanges one member of list p for one of list q, if that breaks nothing.
  void exchange(std::size_t p, std::size_t at_p, std::size_t q, std::size_t at_q) {
    std::uint32_t& a = lists_[p][at_p];
    std::uint32_t& b = lists_[q][at_q];
    if (std::ranges::count(lists_[p], b) != 0 || std::ranges::count(lists_[q], a) != 0) return;
    if (zone_of_[a] != zone_of_[b] && !(may_replace(p, a, b) && may_replace(q, b, a))) return;
    std::swap(a, b);
  }

 private:
  bool may_replace(std::size_t list, std::uint32_t gone, std::uint32_t come) const {
    return count(list, zone_of_[gone]) > bounds_[zone_of_[gone]].least &&
           count(list, zone_of_[come]) < bounds_[zone_of_[come]].most;
  }
  std::size_t count(std::size_t list, std::size_t zone) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(lists_[list], [&](std::uint32_t member) { return zone_of_[member] == zone; }));
  }

  Lists& lists_;
  std::vector<std::size_t> zone_of_;
  std::vector<Bounds> bounds_;  ///< by zone: how often every list must have it
};

}  // namespace

Lists lay_out(std::span<const std::uint32_t> loads, std::uint32_t partitions) {
  Lists lists(partitions);
  std::size_t position = 0;
  for (std::uint32_t member = 0; member < loads.size(); ++member)
    for (std::uint32_t i = 0; i < loads[member]; ++i) lists[position++ % partitions].push_back(member);
  return lists;
}

void mix(Lists& lists, std::span<const Zone> zones, std::span<const std::uint32_t> loads, Random& random) {
  Mixer mixer(lists, zones, loads);
  const std::size_t length = lists.front().size();
  // Each place is offered an exchange about 20 times; a third or so succeeds where zones are tight.
  const std::size_t attempts = 10 * lists.size() * length;
  for (std::size_t i = 0; i < attempts; ++i) {
    const auto p = static_cast<std::size_t>(random.below(lists.size()));
    const auto q = static_cast<std::size_t>(random.below(lists.size()));
    const auto at_p = static_cast<std::size_t>(random.below(length));
    const auto at_q = static_cast<std::size_t>(random.below(length));
    mixer.exchange(p, at_p, q, at_q);
  }
}

}  // namespace starling::ring
