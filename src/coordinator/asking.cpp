#include "coordinator/asking.hpp"

#include <fmt/format.h>

namespace starling::coordinator {

std::optional<std::uint32_t> Asking::next(const Step& step) {
  for (std::uint32_t place = 0; place < replicas_.size(); ++place) {
    if ((asked_ >> place & 1) != 0 || quorum_.voted(place)) continue;
    if (step.reachable(replicas_[place])) {
      asked_ |= 1U << place;
      return place;
    }
    quorum_.no(place);
  }
  return std::nullopt;
}

bool Asking::enough_asked() const {
  std::uint32_t hopeful = 0;
  for (std::uint32_t place = 0; place < replicas_.size(); ++place)
    if ((asked_ >> place & 1) != 0 && !quorum_.said_no(place)) ++hopeful;
  return hopeful >= quorum_.needed();
}

bool Asking::anybody_left() const {
  for (std::uint32_t place = 0; place < replicas_.size(); ++place)
    if ((asked_ >> place & 1) == 0 && !quorum_.voted(place)) return true;
  return false;
}

std::optional<std::uint32_t> Asking::awaited(NodeId from) const {
  const auto place = replicas_.place_of(from);
  if (!place || (asked_ >> *place & 1) == 0 || quorum_.voted(*place)) return std::nullopt;
  return place;
}

void Asking::failed(std::uint32_t place, ErrorCode why) {
  quorum_.no(place);
  last_refusal_ = why;
  rings_differ_ = rings_differ_ || why == ErrorCode::stale_ring;
}

Error Asking::unavailable() const {
  std::string message =
      fmt::format("{} of {} replicas must answer, and too few are reachable", quorum_.needed(), replicas_.size());
  if (last_refusal_) message += fmt::format("; the last that could not: {}", name_of(*last_refusal_));
  return {ErrorCode::unavailable, std::move(message)};
}

}  // namespace starling::coordinator
