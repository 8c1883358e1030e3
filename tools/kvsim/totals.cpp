#include "kvsim/totals.hpp"

namespace starling::kvsim {

void Totals::add(const sim::TrialResult& result, bool was_repeated) {
  ++seeds;
  broken += result.violations.empty() ? 0 : 1;
  repeated += was_repeated ? 1 : 0;
  events += result.events;
  done += result.done;
  refused += result.refused;
  in_doubt += result.in_doubt;
  stood_in += result.stood_in;
  simulated += result.simulated;
  for (const auto& [kind, count] : result.faults_by_kind) faults[kind] += count;
  for (const sim::Violation& violation : result.violations) ++violations[violation.rule];
}

double Totals::simulated_hours() const { return std::chrono::duration<double, std::ratio<3600>>(simulated).count(); }

}  // namespace starling::kvsim
