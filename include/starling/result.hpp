#pragma once

#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// How a call ends. There are three outcomes and they are never blurred:
///
/// - **done**: the Result holds a value;
/// - **refused**: it holds an Error with `outcome == Outcome::refused`. Nothing happened, and it is
///   safe to try again later;
/// - **in doubt**: it holds an Error with `outcome == Outcome::in_doubt`. Only a write ends so: some
///   replicas may have it, and a later read may or may not show it. Read the key to find out.
///
/// No call throws (short of memory running out).
namespace starling::api {

enum class Outcome { refused, in_doubt };

/// Why a call was not done. The names are those of the client protocol (docs/protocol.md).
enum class ErrorCode {
  invalid,            ///< an argument is out of bounds; the message names the bound
  malformed,          ///< the node answered with something that is not the protocol
  unsupported,        ///< the node does not know this method
  not_found,          ///< no such member or partition (a missing key is no error)
  not_ready,          ///< the node is starting, or its cluster has not been founded yet
  overloaded,         ///< a queue is full, here or at the node
  unavailable,        ///< too few replicas of the key can be reached
  timed_out,          ///< the deadline passed
  in_doubt,           ///< a write that some replicas may have
  bad_context,        ///< the context is another key's, another cluster's, or damaged
  too_many_siblings,  ///< the key has too many unresolved values; read, merge, put with that context
  denied,             ///< not allowed
  disk_full,          ///< the node refuses writes until there is room; reads go on
  storage_failed,     ///< the node's disk failed it
  connection_lost,    ///< no node could be reached, or the client was closed
};

/// The protocol's word for a code: "NOT_FOUND".
std::string_view name_of(ErrorCode code);

struct Error {
  ErrorCode code{};
  Outcome outcome{Outcome::refused};
  std::string message{};             ///< a sentence for people that says what to do
  std::vector<std::string> acked{};  ///< for in_doubt: the ids of the nodes known to have the write
};

template <class T>
using Result = std::expected<T, Error>;

/// Takes the result of an asynchronous call, exactly once, on the client's own thread. It must not
/// block, and must not make a synchronous call of the same client; asynchronous ones are welcome.
template <class T>
using Callback = std::move_only_function<void(Result<T>)>;

}  // namespace starling::api
