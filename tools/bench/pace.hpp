#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "bench/plan.hpp"

namespace starling::bench {

/// When operations are to begin. In an open loop the schedule stands, whatever the answers do, and
/// an operation that had to wait is late: its response time counts from its place in the schedule
/// (coordinated omission, as Tene calls leaving that out). In a closed loop the next begins when one ends.
class Pace {
 public:
  Pace(const Plan& plan, Instant start)
      : start_(start),
        interval_(plan.open_loop() ? 1e9 / plan.rate : 0),
        end_(plan.time.count() > 0 ? start + plan.time : Instant{Duration::max()}),
        operations_(plan.operations > 0 ? plan.operations : UINT64_MAX) {}

  /// The intended beginning of the next operation if that has come.
  std::optional<Instant> next(Instant now) const {
    Instant intended = interval_ > 0 ? scheduled(begun_) : now;
    if (intended > now || intended >= end_ || begun_ == operations_) return std::nullopt;
    return intended;
  }
  void begun() { ++begun_; }
  bool ended(Instant now) const { return begun_ == operations_ || (interval_ > 0 ? scheduled(begun_) : now) >= end_; }
  /// How many operations have been due by `now`: what was offered.
  std::uint64_t offered(Instant now) const {
    if (interval_ == 0) return begun_;
    auto elapsed = static_cast<double>((std::min(now, end_) - start_).count());
    return std::min(operations_, static_cast<std::uint64_t>(elapsed / interval_));
  }

 private:
  Instant scheduled(std::uint64_t operation) const {
    return start_ + Duration(static_cast<std::int64_t>(interval_ * static_cast<double>(operation)));
  }

  Instant start_;
  double interval_;  ///< ns; 0: closed loop
  Instant end_;
  std::uint64_t operations_;
  std::uint64_t begun_{};
};

}  // namespace starling::bench
