#pragma once

#include <optional>

#include "kvsim/plan.hpp"
#include "sim/apart.hpp"

namespace starling::kvsim {

/// A trial that fails, cut short and with as few of its faults as it still fails with.
struct Shortest {
  sim::TrialConfig trial;
  sim::Finding finding;
  std::size_t faults_before{};
  std::size_t runs{};
};

/// Of the first seed of the plan that fails. Nothing if none does.
std::optional<Shortest> minimize(const Plan& plan);

}  // namespace starling::kvsim
