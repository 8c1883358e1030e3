#pragma once

#include <optional>

#include "bench/plan.hpp"
#include "bench/tally.hpp"
#include "floor.hpp"

namespace starling::bench {

/// The floor, and how many of its writes and reads one operation of the cluster stands for.
struct Floor {
  tools::FloorReport figures;
  std::uint32_t replicas{};  ///< every one of them writes a put
  std::uint32_t read_quorum{};
  std::size_t batch{};  ///< commands it committed together
};

/// One screen, or with --json one document, on standard output.
void print_report(const Plan& plan, const Tally& tally, const std::optional<Floor>& floor);
void print_floor(const tools::FloorReport& floor, bool json);

/// Whether the run achieved at least 95 % of what it offered.
bool kept_up(const Tally& tally);

}  // namespace starling::bench
