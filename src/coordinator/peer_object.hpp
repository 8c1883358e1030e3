#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "causal/object.hpp"

namespace starling::coordinator {

/// A state that a peer has sent. `malformed` for bytes that are no object, and for one that does
/// not cover its own siblings: joined with others, it would bring back what they have replaced.
Result<causal::Object> decode_peer_object(BytesView bytes);

}  // namespace starling::coordinator
