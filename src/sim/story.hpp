#pragma once

#include <string>
#include <vector>

#include "sim/fault.hpp"
#include "sim/history.hpp"

namespace starling::sim {

/// All that happened to one key, in the order of time, for a person to read: what was asked where,
/// what was answered, and the faults that began and ended meanwhile.
std::string story_of(const History& history, std::size_t key, const std::vector<Fault>& faults);

}  // namespace starling::sim
