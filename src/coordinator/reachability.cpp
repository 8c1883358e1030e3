#include "coordinator/reachability.hpp"

#include <fmt/format.h>

namespace starling::coordinator {

std::uint32_t count_reachable(const ReplicaSet& replicas, const Step& step) {
  std::uint32_t count = 0;
  for (std::uint32_t place = 0; place < replicas.size(); ++place)
    if (step.reachable(replicas[place])) ++count;
  return count;
}

Result<void> enough_reachable(const ReplicaSet& replicas, std::uint32_t needed, const Step& step) {
  const auto reachable = count_reachable(replicas, step);
  if (reachable >= needed) return {};
  return fail(ErrorCode::unavailable,
              fmt::format("{} of {} replicas must answer, and {} are reachable", needed, replicas.size(), reachable));
}

}  // namespace starling::coordinator
