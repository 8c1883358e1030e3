#include "transfer/asked.hpp"

namespace starling::transfer {

Result<ring::Key> after_of(BytesView bytes, PartitionId partition, const ring::Ring& ring) {
  if (bytes.empty()) return ring::Key{};
  auto key = ring::Key::from_bytes(bytes);
  if (key && ring.partition_of(key->token) != partition)
    return fail(ErrorCode::malformed, "a page after a key of another partition");
  return key;
}

}  // namespace starling::transfer
