#pragma once

#include <span>
#include <string_view>

#include "base/planted.hpp"

namespace starling::sim {

/// A bug that can be switched on, to see whether a run would find it.
struct Mutant {
  Bug bug{};
  std::string_view name;  ///< "actor_reused"
  std::string_view what;  ///< "an actor that is in doubt goes on issuing dots"
  /// Seeds would take too long: a history in tests/scenarios leads up to it.
  bool needs_history{};
};

/// All of them.
std::span<const Mutant> mutants();
/// Nothing if there is none of that name.
const Mutant* find_mutant(std::string_view name);
/// From here on the whole process has this bug, or none. Not while another thread runs a trial.
void plant(Bug bug);

}  // namespace starling::sim
