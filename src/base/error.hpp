#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace starling {

/// What can be expected to go wrong. The names are part of the client protocol (docs/protocol.md).
enum class ErrorCode {
  invalid,            ///< the caller's fault; the message has the bound that was broken
  malformed,          ///< bytes that are not what they claim to be
  unsupported,        ///< a method, version or format this build does not know
  not_found,          ///< no such key (or partition, or member)
  not_ready,          ///< the node has no ring yet, or is still starting
  overloaded,         ///< a queue is full; nothing happened; try again later
  unavailable,        ///< too few replicas reachable; nothing happened
  timed_out,          ///< the deadline passed; nothing happened (reads, and writes not begun)
  in_doubt,           ///< a write that some replicas may have
  bad_context,        ///< a context of another key or cluster, or forged
  too_many_siblings,  ///< the key has reached the limit; resolve before writing more
  stale_ring,         ///< between nodes: the sender's epoch is behind
  wrong_cluster,      ///< the other side belongs to another cluster
  denied,             ///< not allowed
  disk_full,          ///< writes are refused until there is room; reads go on
  storage_failed,     ///< an I/O error or corruption; the engine is poisoned
  connection_lost,    ///< the other side is gone
};

/// The protocol's word for a code: "NOT_FOUND".
std::string_view name_of(ErrorCode code);

/// An expected failure: a code for programs, a sentence for people.
struct Error {
  ErrorCode code{};
  std::string message;
  friend bool operator==(const Error&, const Error&) = default;
};

template <class T = void>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

}  // namespace starling
