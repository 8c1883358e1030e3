#pragma once

#include <cstdint>

#include "base/random.hpp"
#include "base/time.hpp"
#include "starling/result.hpp"

namespace starling::client {

/// What repeating a request could do.
enum class Repeat : std::uint8_t {
  always,         ///< a read
  by_request_id,  ///< a write: the nodes know a repetition by its id
  never,          ///< once it may have been received it is not sent again
};

/// Whether another attempt may bring what this one did not. `sent`: the failed attempt reached a
/// socket (else nobody can have seen it).
bool worth_repeating(Repeat repeat, const api::Error& error, bool sent);

/// How long to wait before attempt number `attempts` + 1: nothing after the first failure by a lost
/// connection (another node is asked), else growing, with jitter, so that a crowd of clients does
/// not come back in step.
Duration pause_before_retry(api::ErrorCode code, std::uint32_t attempts, Random& random);

/// What the caller is told at the end: a write that was in doubt once stays in doubt, whatever a
/// later attempt was told.
api::Error final_error(api::Error last, bool was_in_doubt);

}  // namespace starling::client
