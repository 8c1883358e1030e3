#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "client/retry.hpp"
#include "starling/result.hpp"
#include "wire/msgpack_reader.hpp"

namespace starling::client {

class Endpoint;

/// Who may be asked.
enum class Audience : std::uint8_t {
  anyone,      ///< a replica of the key first, then any member
  configured,  ///< the nodes the caller named: the question is about the one that answers
};

/// One call of the API from its submission to its end, which is told exactly once.
struct Call {
  std::string_view method;  ///< of the protocol; a literal
  Bytes params;
  Repeat repeat{Repeat::always};
  Audience audience{Audience::anyone};
  std::optional<Token> token;  ///< where its key lives
  Duration attempt_timeout{};
  Instant deadline;
  /// Given the reader of a result, or what ended it.
  std::move_only_function<void(api::Result<wire::Reader>)> finish;

  // How far it has come.
  Endpoint* asked{};         ///< null: waiting for a node, or for `retry_at`
  std::uint32_t attempts{};  ///< that have ended
  Instant attempt_began;
  Instant retry_at;
  bool in_doubt{};                       ///< some attempt was
  std::optional<api::Error> last_error;  ///< of the last attempt
};

}  // namespace starling::client
