#include "ring/closest.hpp"

#include <algorithm>
#include <deque>
#include <limits>
#include <numeric>
#include <optional>

#include "base/ensure.hpp"

namespace starling::ring {

namespace {

/// Any constant will do.
constexpr std::uint64_t mixing_seed = 2;

/// The numbers below `width` for each row, shuffled within each of the ranges.
class ShuffledRows {
 public:
  ShuffledRows(std::size_t rows, std::size_t width, std::span<const Zone> ranges, Random& random)
      : width_(width), numbers_(rows * width) {
    for (std::size_t row = 0; row < rows; ++row) {
      const auto numbers = std::span(numbers_).subspan(row * width, width);
      std::iota(numbers.begin(), numbers.end(), std::uint16_t{0});
      for (const Zone& range : ranges) random.shuffle(numbers.subspan(range.first, range.end - range.first));
    }
  }
  std::size_t at(std::size_t row, std::size_t i) const { return numbers_[row * width_ + i]; }

 private:
  std::size_t width_;
  std::vector<std::uint16_t> numbers_;
};

/// Where one unit can still go, or be taken back from.
struct Arc {
  std::size_t to{};
  std::int64_t cost{};
};

/// The lists while they fill up, seen as a graph. Its nodes: each list; each slot (the places that
/// a list has for one zone); each member.
class Filling {
 public:
  Filling(const Lists& present, std::span<const Zone> zones, const FairBounds& fair, std::uint32_t length,
          Random random)
      : lists_(present.size()),
        zones_(zones),
        fair_(fair),
        optional_cost_(static_cast<std::int64_t>(lists_ * length + 1)),
        zone_order_(lists_, zones.size(), std::vector{Zone{.first = 0, .end = zones.size()}}, random),
        member_order_(lists_, fair.loads.size(), zones, random),
        zone_of_(fair.loads.size()),
        cells_(lists_ * fair.loads.size()),
        places_(lists_ * zones.size()),
        loads_(fair.loads.size()) {
    for (std::size_t z = 0; z < zones.size(); ++z)
      for (std::size_t m = zones[z].first; m < zones[z].end; ++m) zone_of_[m] = z;
    for (std::size_t p = 0; p < lists_; ++p)
      for (const std::uint32_t m : present[p]) cell(p, m).present = true;
  }

  std::size_t nodes() const { return first_member() + loads_.size(); }
  std::size_t degree(std::size_t node) const {
    if (is_list(node)) return zones_.size();
    if (is_member(node)) return lists_;
    const Zone& zone = zones_[zone_of_slot(node)];
    return zone.end - zone.first + 1;
  }
  std::optional<Arc> arc(std::size_t node, std::size_t i) const {
    if (is_list(node)) return list_to_slot(node, zone_order_.at(node, i));
    if (is_member(node)) return member_to_slot(node - first_member(), i);
    if (i == 0) return slot_to_list(node);
    return slot_to_member(node, member_order_.at(list_of_slot(node), zones_[zone_of_slot(node)].first + i - 1));
  }
  /// What it costs if one more unit ends here, where it may.
  std::optional<std::int64_t> end_cost(std::size_t node) const {
    if (!is_member(node)) return std::nullopt;
    return one_more(fair_.loads[node - first_member()], loads_[node - first_member()]);
  }

  void pass(std::size_t from, std::size_t to) {
    if (is_list(from))
      ++places_[to - lists_];
    else if (is_list(to))
      --places_[from - lists_];
    else if (is_member(to))
      cell(list_of_slot(from), to - first_member()).held = true;
    else
      cell(list_of_slot(to), from - first_member()).held = false;
  }
  void end_at(std::size_t node) { ++loads_[node - first_member()]; }

  Lists lists() const {
    Lists lists(lists_);
    for (std::size_t p = 0; p < lists_; ++p)
      for (std::size_t i = 0; i < loads_.size(); ++i)
        if (const std::size_t m = member_order_.at(p, i); cell(p, m).held)
          lists[p].push_back(static_cast<std::uint32_t>(m));
    return lists;
  }

 private:
  struct Cell {
    bool present : 1 {};
    bool held : 1 {};
  };

  bool is_list(std::size_t node) const { return node < lists_; }
  bool is_member(std::size_t node) const { return node >= first_member(); }
  std::size_t first_member() const { return lists_ + places_.size(); }
  std::size_t slot(std::size_t list, std::size_t zone) const { return lists_ + list * zones_.size() + zone; }
  std::size_t list_of_slot(std::size_t node) const { return (node - lists_) / zones_.size(); }
  std::size_t zone_of_slot(std::size_t node) const { return (node - lists_) % zones_.size(); }
  Cell& cell(std::size_t list, std::size_t member) { return cells_[list * loads_.size() + member]; }
  const Cell& cell(std::size_t list, std::size_t member) const { return cells_[list * loads_.size() + member]; }

  /// Up to the lower bound it costs nothing, and beyond it more than all places together.
  std::optional<std::int64_t> one_more(const Bounds& bounds, std::uint32_t now) const {
    if (now >= bounds.most) return std::nullopt;
    return now < bounds.least ? 0 : optional_cost_;
  }

  std::optional<Arc> list_to_slot(std::size_t list, std::size_t zone) const {
    const std::size_t node = slot(list, zone);
    const auto cost = one_more(fair_.spread[zone], places_[node - lists_]);
    if (!cost) return std::nullopt;
    return Arc{.to = node, .cost = *cost};
  }
  std::optional<Arc> slot_to_list(std::size_t node) const {
    const std::uint32_t places = places_[node - lists_];
    if (places == 0) return std::nullopt;
    const bool spare = places > fair_.spread[zone_of_slot(node)].least;
    return Arc{.to = list_of_slot(node), .cost = spare ? -optional_cost_ : 0};
  }
  std::optional<Arc> slot_to_member(std::size_t node, std::size_t member) const {
    const Cell now = cell(list_of_slot(node), member);
    if (now.held) return std::nullopt;
    return Arc{.to = first_member() + member, .cost = now.present ? 0 : 1};
  }
  std::optional<Arc> member_to_slot(std::size_t member, std::size_t list) const {
    const Cell now = cell(list, member);
    if (!now.held) return std::nullopt;
    return Arc{.to = slot(list, zone_of_[member]), .cost = now.present ? 0 : -1};
  }

  std::size_t lists_;
  std::span<const Zone> zones_;
  const FairBounds& fair_;
  std::int64_t optional_cost_;
  ShuffledRows zone_order_;
  ShuffledRows member_order_;
  std::vector<std::size_t> zone_of_;
  std::vector<Cell> cells_;            ///< by list and member
  std::vector<std::uint32_t> places_;  ///< by slot: how many of them are filled
  std::vector<std::uint32_t> loads_;   ///< by member: in how many lists it is
};

/// Fills all lists of a graph with units of flow, the cheapest first.
class Filler {
 public:
  Filler(Filling& filling, std::size_t lists, std::uint32_t length, Random random)
      : filling_(filling),
        missing_(lists, length),
        order_(lists),
        distances_(filling.nodes()),
        tried_(filling.nodes()) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    random.shuffle(std::span(order_));
  }

  void run() {
    while (std::ranges::any_of(missing_, [](std::uint32_t places) { return places != 0; })) {
      measure();
      ensure(shortest_ != unreached, "lists within the bounds exist");
      std::ranges::fill(tried_, 0);
      // One place of each list in turn, so that what must be given up is spread over the lists.
      while (fill_one_each()) continue;
    }
  }

 private:
  static constexpr std::int64_t unreached = std::numeric_limits<std::int64_t>::max();
  /// An arc is as long as its cost and, far behind that, 1: so no cycle is free, and the arcs of shortest paths make
  /// none.
  static constexpr std::int64_t cost_factor = std::int64_t{1} << 30;
  static std::int64_t length_of(std::int64_t cost) { return cost * cost_factor + 1; }

  /// Distances from the lists that miss something (Bellman, Ford: some arcs give a cost back).
  void measure() {
    std::ranges::fill(distances_, unreached);
    shortest_ = unreached;
    std::vector<bool> waiting(distances_.size());
    std::deque<std::size_t> open;
    const auto reach = [&](std::size_t node, std::int64_t distance) {
      if (distance >= distances_[node]) return;
      distances_[node] = distance;
      if (!waiting[node]) open.push_back(node);
      waiting[node] = true;
    };
    for (const std::size_t list : order_)
      if (missing_[list] != 0) reach(list, 0);
    while (!open.empty()) {
      const std::size_t node = open.front();
      open.pop_front();
      waiting[node] = false;
      for (std::size_t i = 0; i < filling_.degree(node); ++i)
        if (const auto arc = filling_.arc(node, i)) reach(arc->to, distances_[node] + length_of(arc->cost));
    }
    for (std::size_t node = 0; node < distances_.size(); ++node)
      if (const auto cost = filling_.end_cost(node); cost && distances_[node] != unreached)
        shortest_ = std::min(shortest_, distances_[node] + length_of(*cost));
  }

  bool fill_one_each() {
    bool filled = false;
    for (const std::size_t list : order_)
      if (missing_[list] != 0 && push(list)) {
        --missing_[list];
        filled = true;
      }
    return filled;
  }

  /// Takes one unit from here along a shortest path. What leads nowhere is not tried again.
  bool push(std::size_t node) {
    if (const auto cost = filling_.end_cost(node); cost && distances_[node] + length_of(*cost) == shortest_) {
      filling_.end_at(node);
      return true;
    }
    for (std::size_t& i = tried_[node]; i < filling_.degree(node); ++i) {
      const auto arc = filling_.arc(node, i);
      if (!arc || distances_[arc->to] != distances_[node] + length_of(arc->cost) || !push(arc->to)) continue;
      filling_.pass(node, arc->to);
      return true;
    }
    return false;
  }

  Filling& filling_;
  std::vector<std::uint32_t> missing_;   ///< by list: places
  std::vector<std::size_t> order_;       ///< of the lists
  std::vector<std::int64_t> distances_;  ///< by node
  std::int64_t shortest_{};              ///< to where a unit may end
  std::vector<std::size_t> tried_;       ///< by node: its arcs before this one are of no use
};

}  // namespace

Lists closest_lists(const Lists& present, std::span<const Zone> zones, const FairBounds& fair, std::uint32_t length) {
  Random random(mixing_seed);
  Filling filling(present, zones, fair, length, random.fork());
  Filler(filling, present.size(), length, random.fork()).run();
  return filling.lists();
}

}  // namespace starling::ring
