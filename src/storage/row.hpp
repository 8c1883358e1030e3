#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "causal/object.hpp"
#include "ring/key.hpp"

namespace starling::storage {

/// How an object stands on the disk: its canonical encoding, sealed with its key's token.
Bytes encode_row(Token token, const causal::Object& stripped);

/// The object with at least its siblings' own dots in its context: whoever wrote a sibling had seen
/// all earlier writes of its actor to this key, so this holds even where `seen` was lost.
/// `unavailable`, naming the key, for a row that is damaged: of all rows only this one is lost.
Result<causal::Object> decode_row(Token token, BytesView key, BytesView row);

}  // namespace starling::storage
