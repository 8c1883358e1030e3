#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/planted.hpp"
#include "sim/violation.hpp"

namespace starling::sim {

/// A life of a small cluster in which nothing is left to chance. It keeps every promise, and breaks one with a
/// certain bug: for bugs that the drawn lives of seeds meet too seldom, because several things have to go
/// wrong within the same millisecond.
struct PlantedHistory {
  Bug bug{};
  std::string_view rule;  ///< the one that the bug breaks
  std::string_view what;  ///< "two nodes that missed the change read by the list that nobody writes to any more"
  std::vector<Violation> (*live)();
};

/// Nothing where seeds will do.
std::optional<PlantedHistory> history_of(Bug bug);

// Of each kind.
std::vector<Violation> read_behind_the_seal();
std::vector<Violation> write_by_an_old_ring();
std::vector<Violation> read_of_a_newcomer();
std::vector<Violation> newcomer_left_behind();
std::vector<Violation> ignorant_source();
std::vector<Violation> write_at_one_who_left();
std::vector<Violation> two_proposers();
std::vector<Violation> delivery_that_was_lost();
std::vector<Violation> hint_for_a_former_owner();
std::vector<Violation> restart_between_writes();
std::vector<Violation> slow_way();

}  // namespace starling::sim
