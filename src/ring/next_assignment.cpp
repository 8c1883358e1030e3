#include "ring/next_assignment.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "ring/closest.hpp"

namespace starling::ring {

namespace {

using List = Lists::value_type;

List missing_in(const List& list, const List& from) {
  List missing;
  std::ranges::copy_if(from, std::back_inserter(missing),
                       [&](std::uint32_t member) { return std::ranges::count(list, member) == 0; });
  return missing;
}

/// Who is to be, and what that asks of the lists. Members have numbers here: those that stay, zone by zone, then those
/// that leave.
class Goal {
 public:
  static Result<Goal> make(const Ring& ring, std::vector<Member> members) {
    auto checked = checked_members(std::move(members));
    if (!checked) return std::unexpected(checked.error());
    Goal goal(*std::move(checked));
    if (goal.staying_ == 0) return fail(ErrorCode::invalid, "somebody must stay and own the partitions");
    for (const Member& member : ring.members())
      if (!goal.numbers_.contains(member.id) && !ring.partitions_of(member.id).empty())
        return fail(ErrorCode::invalid,
                    fmt::format("node {} owns partitions: name it as leaving", to_string(member.id)));
    const auto staying = std::span(goal.members_).first(goal.staying_);
    goal.length_ = static_cast<std::uint32_t>(std::min<std::size_t>(ring.replicas(), goal.staying_));
    goal.zones_ = zones_of(staying);
    goal.fair_ = fair_bounds(staying, goal.zones_, ring.partitions(), goal.length_);
    return goal;
  }

  /// Of each list in the end.
  std::uint32_t length() const { return length_; }
  std::span<const Bounds> loads() const { return fair_.loads; }
  std::size_t members() const { return members_.size(); }
  bool stays(std::uint32_t member) const { return member < staying_; }
  /// How many of a list are in this one's zone.
  auto neighbours(std::uint32_t member, const List& list) const {
    const std::string& zone = members_[member].zone;
    return std::ranges::count_if(list, [&](std::uint32_t other) { return members_[other].zone == zone; });
  }

  Lists numbered(const Ring& ring) const {
    Lists lists;
    for (const PreferenceList& owners : ring.parts().present) {
      List& list = lists.emplace_back();
      for (const NodeId owner : owners) list.push_back(numbers_.at(owner));
    }
    return lists;
  }
  Assignment named(const Lists& lists) const {
    Assignment assignment;
    for (const List& list : lists) {
      PreferenceList& owners = assignment.emplace_back();
      for (const std::uint32_t member : list) owners.push_back(members_[member].id);
    }
    return assignment;
  }
  Lists closest(Lists lists) const {
    for (List& list : lists) std::erase_if(list, [this](std::uint32_t member) { return !stays(member); });
    return closest_lists(lists, zones_, fair_, length_);
  }

 private:
  explicit Goal(std::vector<Member> members) : members_(std::move(members)) {
    const auto leaves = [](const Member& member) { return member.standing == Standing::leaving; };
    std::ranges::sort(members_, {}, [&](const Member& member) {
      return std::tuple(leaves(member), std::string_view(member.zone), member.id);
    });
    staying_ = members_.size() - static_cast<std::size_t>(std::ranges::count_if(members_, leaves));
    for (const Member& member : members_) numbers_.emplace(member.id, static_cast<std::uint32_t>(numbers_.size()));
  }

  std::vector<Member> members_;
  std::map<NodeId, std::uint32_t> numbers_;
  std::size_t staying_{};
  std::uint32_t length_{};
  std::vector<Zone> zones_;
  FairBounds fair_;
};

/// Brings lists nearer to others, each by a place.
class Step {
 public:
  Step(const Goal& goal, const Lists& from, const Lists& to) : goal_(goal), lists_(from), to_(to) {}

  Lists run() && {
    const std::size_t length = lists_.front().size();
    if (length < goal_.length())
      grow();
    else if (!replace())
      shrink(length);
    return std::move(lists_);
  }

 private:
  void grow() {
    for (std::size_t p = 0; p < lists_.size(); ++p)
      lists_[p].push_back(newcomer(lists_[p], missing_in(lists_[p], to_[p])));
  }

  /// False if all that is to come is there.
  bool replace() {
    bool replaced = false;
    for (std::size_t p = 0; p < lists_.size(); ++p) {
      const List comes = missing_in(lists_[p], to_[p]);
      if (comes.empty()) continue;
      const auto gone = std::ranges::find(lists_[p], leaver(lists_[p], missing_in(to_[p], lists_[p])));
      List others = lists_[p];
      std::erase(others, *gone);
      *gone = newcomer(others, comes);
      replaced = true;
    }
    return replaced;
  }

  void shrink(std::size_t length) {
    if (length == goal_.length()) return;
    for (std::size_t p = 0; p < lists_.size(); ++p)
      std::erase(lists_[p], leaver(lists_[p], missing_in(to_[p], lists_[p])));
  }

  /// Zones first: what is on the way should be spread too.
  std::uint32_t newcomer(const List& list, const List& comes) const {
    return *std::ranges::min_element(comes, {}, [&](std::uint32_t m) { return goal_.neighbours(m, list); });
  }
  std::uint32_t leaver(const List& list, const List& goes) const {
    return *std::ranges::max_element(
        goes, {}, [&](std::uint32_t m) { return std::pair(!goal_.stays(m), goal_.neighbours(m, list)); });
  }

  const Goal& goal_;
  Lists lists_;
  const Lists& to_;
};

}  // namespace

Result<Assignment> next_assignment(const Ring& settled, const std::vector<Member>& members) {
  ensure(settled.settled(), "one change at a time");
  const auto goal = Goal::make(settled, members);
  if (!goal) return std::unexpected(goal.error());
  const Lists present = goal->numbered(settled);
  Lists next = Step(*goal, present, goal->closest(present)).run();
  rebalance_places(next, goal->members());
  return goal->named(next);
}

Result<Assignment> replace_member(const Ring& settled, NodeId gone, NodeId come) {
  ensure(settled.settled(), "one change at a time");
  if (settled.partitions_of(gone).empty())
    return fail(ErrorCode::invalid, fmt::format("node {} has no partitions to take over", to_string(gone)));
  if (!settled.partitions_of(come).empty())
    return fail(ErrorCode::invalid, fmt::format("node {} has partitions of its own already", to_string(come)));
  Assignment assignment = settled.parts().present;
  for (PreferenceList& list : assignment) std::ranges::replace(list, gone, come);
  return assignment;
}

std::size_t moves_least(const Ring& settled, const std::vector<Member>& members) {
  ensure(settled.settled(), "one change at a time");
  const auto goal = Goal::make(settled, members);
  ensure(goal.has_value(), "members that a series of changes can lead to");
  std::vector<std::uint32_t> loads(goal->members());
  for (const List& list : goal->numbered(settled))
    for (const std::uint32_t member : list) ++loads[member];
  std::size_t missing = 0;
  std::size_t kept = 0;
  for (std::size_t m = 0; m < goal->loads().size(); ++m) {
    const Bounds bounds = goal->loads()[m];
    missing += bounds.least - std::min(bounds.least, loads[m]);
    kept += std::min(bounds.most, loads[m]);
  }
  return std::max(missing, std::size_t{settled.partitions()} * goal->length() - kept);
}

}  // namespace starling::ring
