#include "client/retry.hpp"

#include <algorithm>

namespace starling::client {
namespace {

bool may_pass(api::ErrorCode code) {
  using enum api::ErrorCode;
  switch (code) {
    case not_ready:
    case overloaded:
    case unavailable:
    case timed_out:
    case in_doubt:
    case disk_full:       // another replica may have room
    case storage_failed:  // that node is about to stop; another one serves
    case connection_lost: return true;
    case invalid:
    case malformed:
    case unsupported:
    case not_found:
    case bad_context:
    case too_many_siblings:
    case denied: return false;
  }
  return false;
}

}  // namespace

bool worth_repeating(Repeat repeat, const api::Error& error, bool sent) {
  if (!may_pass(error.code)) return false;
  return repeat != Repeat::never || !sent;
}

Duration pause_before_retry(api::ErrorCode code, std::uint32_t attempts, Random& random) {
  if (code == api::ErrorCode::connection_lost && attempts <= 1) return 0ms;
  Duration longest = std::min<Duration>(10ms * (1 << std::min(attempts, 5U)), 250ms);
  return longest / 2 + Duration(random.below(static_cast<std::uint64_t>((longest / 2).count())));
}

api::Error final_error(api::Error last, bool was_in_doubt) {
  if (!was_in_doubt || last.outcome == api::Outcome::in_doubt) return last;
  last.message = "an earlier attempt may have been applied; the last one ended with: " + last.message;
  last.code = api::ErrorCode::in_doubt;
  last.outcome = api::Outcome::in_doubt;
  return last;
}

}  // namespace starling::client
