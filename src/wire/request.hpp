#pragma once

#include "base/bytes.hpp"
#include "base/ids.hpp"

/// What several kinds of messages have in common.
namespace starling::wire {

/// Chosen by the sender of a request; the reply repeats it.
using RequestId = Id<struct RequestIdTag>;

/// A key and its state, filled and encoded.
struct Row {
  Bytes key;  ///< ring::Key::bytes
  Bytes object;
  friend bool operator==(const Row&, const Row&) = default;
};

}  // namespace starling::wire
