#include "base/error.hpp"

#include "base/ensure.hpp"

namespace starling {

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid: return "INVALID";
    case ErrorCode::malformed: return "MALFORMED";
    case ErrorCode::unsupported: return "UNSUPPORTED";
    case ErrorCode::not_found: return "NOT_FOUND";
    case ErrorCode::not_ready: return "NOT_READY";
    case ErrorCode::overloaded: return "OVERLOADED";
    case ErrorCode::unavailable: return "UNAVAILABLE";
    case ErrorCode::timed_out: return "TIMED_OUT";
    case ErrorCode::in_doubt: return "IN_DOUBT";
    case ErrorCode::bad_context: return "BAD_CONTEXT";
    case ErrorCode::too_many_siblings: return "TOO_MANY_SIBLINGS";
    case ErrorCode::stale_ring: return "STALE_RING";
    case ErrorCode::wrong_cluster: return "WRONG_CLUSTER";
    case ErrorCode::denied: return "DENIED";
    case ErrorCode::disk_full: return "DISK_FULL";
    case ErrorCode::storage_failed: return "STORAGE_FAILED";
    case ErrorCode::connection_lost: return "CONNECTION_LOST";
  }
  ensure(false, "an ErrorCode outside its enumeration");
  return "";
}

}  // namespace starling
