#pragma once

#include "base/time.hpp"

namespace starling::coordinator {

/// How long one waits until an answer counts as late: the p95 of recent answers, within bounds.
/// A sample above the estimate raises it by 19 small steps, one below lowers it by one, so it
/// settles where one in twenty is above. The steps are a share of the estimate, so it finds the
/// scale by itself. After Tierney, "A Space-Efficient Recursive Procedure for Estimating a
/// Quantile" (1983).
class LatencyEstimate {
 public:
  LatencyEstimate(Duration floor, Duration ceiling);

  void on_answer(Duration took) { took > estimate_ ? raise() : lower(); }
  /// For an answer that somebody stopped waiting for: nobody will tell how long it took.
  void on_late() { raise(); }

  Duration p95() const { return estimate_; }

 private:
  void raise();
  void lower();

  Duration floor_;
  Duration ceiling_;
  Duration estimate_;
};

}  // namespace starling::coordinator
