#pragma once

#include "base/error.hpp"
#include "starling/result.hpp"
#include "wire/msgpack_reader.hpp"

namespace starling::client {

/// The error of an answer, in either form that the protocol has: the string "NOT_FOUND key not
/// found", or the map {code, name, message, retryable, acked} that we ask for in our hello.
api::Error decode_error(wire::Reader error);

/// An expected failure of our own rooms, as the public API tells it.
api::Error to_api(const Error& error);

[[nodiscard]] inline std::unexpected<api::Error> refuse(api::ErrorCode code, std::string message) {
  return std::unexpected(api::Error{code, api::Outcome::refused, std::move(message), {}});
}

}  // namespace starling::client
