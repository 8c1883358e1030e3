#include "coordinator/reachability.hpp"

#include <fmt/format.h>

#include <bit>

namespace starling::coordinator {

std::uint32_t reachable_places(const ReplicaSet& replicas, const Step& step) {
  std::uint32_t places = 0;
  for (std::uint32_t place = 0; place < replicas.size(); ++place)
    if (step.reachable(replicas[place])) places |= Quorum::bit(place);
  return places;
}

Result<void> enough_reachable(const ReplicaSet& replicas, const Quorum& quorum, const Step& step) {
  const auto reachable = reachable_places(replicas, step);
  const auto list = quorum.in_want(reachable);
  if (!list) return {};
  return fail(ErrorCode::unavailable,
              fmt::format("{} of {} replicas must answer, and {} are reachable", list->needed,
                          std::popcount(list->voters), std::popcount(list->voters & reachable)));
}

}  // namespace starling::coordinator
