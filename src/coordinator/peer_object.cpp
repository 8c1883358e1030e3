#include "coordinator/peer_object.hpp"

#include "causal/codec.hpp"

namespace starling::coordinator {

Result<causal::Object> decode_peer_object(BytesView bytes) {
  auto object = causal::decode_object(bytes);
  if (object && !object->filled()) return fail(ErrorCode::malformed, "an object that does not cover its own siblings");
  return object;
}

}  // namespace starling::coordinator
