#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "sim/trial.hpp"

namespace starling::kvsim {

/// What all the seeds so far have come to.
struct Totals {
  std::uint64_t seeds{};
  std::uint64_t broken{};  ///< with a violation
  std::uint64_t repeated{};
  std::uint64_t events{};
  std::uint64_t done{};
  std::uint64_t refused{};
  std::uint64_t in_doubt{};
  std::uint64_t stood_in{};
  Duration simulated{};
  std::map<sim::FaultKind, std::uint64_t> faults;
  std::map<std::string, std::uint64_t> violations;  ///< by rule

  void add(const sim::TrialResult& result, bool was_repeated);
  std::uint64_t operations() const { return done + refused + in_doubt; }
  double simulated_hours() const;
};

}  // namespace starling::kvsim
