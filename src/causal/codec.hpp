#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "causal/object.hpp"
#include "causal/partition_state.hpp"

namespace starling::causal {

/// The canonical encodings: equal states are equal bytes, and there is one for each. Used for
/// stored rows, and inside the messages between nodes. Little: LEB128 integers in their shortest
/// form, actors as 8 bytes, dot sets as runs. The first byte is a format version.
///
/// Decoding takes bytes from anybody: it never reads past the end, never takes memory for a
/// length it has not checked, and returns `malformed` for anything encode() would not have made
/// (unsorted or repeated actors, zero entries, dots above counter_max, trailing bytes, ...).
Bytes encode(const VersionVector& vector);
Bytes encode(const DotSet& dots);
Bytes encode(const Seen& seen);
Bytes encode(const Object& object);
Bytes encode(const PartitionState& state);

Result<VersionVector> decode_version_vector(BytesView bytes);
Result<DotSet> decode_dot_set(BytesView bytes);
Result<Seen> decode_seen(BytesView bytes);
/// As stored: stripped or filled.
Result<Object> decode_object(BytesView bytes);
/// As it travels and as apply_merge() takes it: `malformed` too where the context does not cover a sibling.
Result<Object> decode_filled_object(BytesView bytes);
Result<PartitionState> decode_partition_state(BytesView bytes);

}  // namespace starling::causal
