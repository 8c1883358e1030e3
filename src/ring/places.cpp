#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

#include "base/ensure.hpp"
#include "ring/layout.hpp"

namespace starling::ring {

namespace {

/// Chooses one member of each list, out of those from `place` on, so that everybody is chosen as
/// often as its part of them says, rounded up or down. A choice that is all fractions (each
/// member of a list a bit) is perfectly even, so by the integrality of flows a whole one exists,
/// and augmenting paths find it (Ford, Fulkerson 1956).
class PlaceBalance {
 public:
  PlaceBalance(Lists& lists, std::size_t members, std::size_t place)
      : lists_(lists), place_(place), choices_(lists.front().size() - place), holding_(members), chosen_(members) {
    for (std::size_t p = 0; p < lists.size(); ++p)
      for (std::size_t i = place; i < lists[p].size(); ++i) holding_[lists[p][i]].push_back(p);
  }

  void choose_anew() {
    for (std::size_t p = 0; p < lists_.size(); ++p) choose_greedily(p);
    even_out();
  }
  void keep_most() {
    for (const auto& list : lists_) ++chosen_[list[place_]];
    even_out();
  }

 private:
  void even_out() {
    for (std::size_t m = 0; m < chosen_.size(); ++m)
      while (chosen_[m] > most(m))
        shift([this](std::size_t to) { return chosen_[to] < most(to); }, [m](std::size_t from) { return from == m; });
    for (std::size_t m = 0; m < chosen_.size(); ++m)
      while (chosen_[m] < least(m))
        shift([m](std::size_t to) { return to == m; },
              [this](std::size_t from) { return chosen_[from] > least(from); });
  }

 private:
  std::size_t least(std::size_t member) const { return holding_[member].size() / choices_; }
  std::size_t most(std::size_t member) const { return (holding_[member].size() + choices_ - 1) / choices_; }

  void choose(std::size_t p, std::size_t member) {
    std::swap(lists_[p][place_], *std::ranges::find(lists_[p], static_cast<std::uint32_t>(member)));
  }

  /// The one that is furthest behind its part.
  void choose_greedily(std::size_t p) {
    const auto rest = std::span(lists_[p]).subspan(place_);
    const auto behind = [this](std::uint32_t member) {
      return static_cast<std::int64_t>(holding_[member].size()) - static_cast<std::int64_t>(chosen_[member] * choices_);
    };
    const std::uint32_t member = *std::ranges::max_element(rest, {}, behind);
    choose(p, member);
    ++chosen_[member];
  }

  /// Takes one choice from a `giver` and gives one to a `taker`, through as many lists as it takes.
  template <class IsTaker, class IsGiver>
  void shift(IsTaker is_taker, IsGiver is_giver) {
    struct Step {
      std::size_t list{}, to{};
    };
    std::vector<std::optional<Step>> steps(chosen_.size());  // how a member's choice would move on
    std::vector<bool> reached(chosen_.size());
    std::deque<std::size_t> open;
    for (std::size_t m = 0; m < chosen_.size(); ++m)
      if ((reached[m] = is_taker(m))) open.push_back(m);
    while (!open.empty()) {
      const std::size_t to = open.front();
      open.pop_front();
      for (const std::size_t p : holding_[to]) {
        std::size_t from = lists_[p][place_];
        if (reached[from]) continue;
        reached[from] = true;
        steps[from] = Step{p, to};
        if (!is_giver(from)) {
          open.push_back(from);
          continue;
        }
        --chosen_[from];
        for (; steps[from]; from = steps[from]->to) choose(steps[from]->list, steps[from]->to);
        ++chosen_[from];
        return;
      }
    }
    ensure(false, "a balanced choice of places exists");
  }

  Lists& lists_;
  std::size_t place_;
  std::size_t choices_;                            ///< members of a list that have no place yet
  std::vector<std::vector<std::size_t>> holding_;  ///< by member: the lists in which it has no place yet
  std::vector<std::size_t> chosen_;                ///< by member: in how many of them it is chosen
};

}  // namespace

void balance_places(Lists& lists, std::size_t members) {
  for (std::size_t place = 0; place + 1 < lists.front().size(); ++place)
    PlaceBalance(lists, members, place).choose_anew();
}

void rebalance_places(Lists& lists, std::size_t members) {
  for (std::size_t place = 0; place + 1 < lists.front().size(); ++place)
    PlaceBalance(lists, members, place).keep_most();
}

}  // namespace starling::ring
