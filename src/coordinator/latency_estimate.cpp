#include "coordinator/latency_estimate.hpp"

#include <algorithm>

#include "base/ensure.hpp"

namespace starling::coordinator {

namespace {
constexpr int share = 1024;     // of the estimate in one step down
constexpr int late_steps = 19;  // 0.95 / 0.05
}  // namespace

LatencyEstimate::LatencyEstimate(Duration floor, Duration ceiling)
    : floor_(floor), ceiling_(ceiling), estimate_(std::min(ceiling, floor * 16)) {
  ensure(floor.count() >= share && floor <= ceiling, "hedging bounds out of order");
}

void LatencyEstimate::raise() { estimate_ = std::min(ceiling_, estimate_ + estimate_ * late_steps / share); }

void LatencyEstimate::lower() { estimate_ = std::max(floor_, estimate_ - estimate_ / share); }

}  // namespace starling::coordinator
