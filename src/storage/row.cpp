#include "storage/row.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>

#include "causal/codec.hpp"
#include "storage/seal.hpp"

namespace starling::storage {

namespace {

/// Bucket and key as a person would write them; what is not plain text as hex.
std::string readable(BytesView bytes) {
  std::string text;
  for (const char c : bytes) {
    if (c == '\0')
      text += '/';
    else if (c > ' ' && c <= '~')
      text += c;
    else
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return text;
}

}  // namespace

Bytes encode_row(Token token, const causal::Object& stripped) {
  Bytes row = causal::encode(stripped);
  seal(row, token.value);
  return row;
}

Result<causal::Object> decode_row(Token token, BytesView key, BytesView row) {
  if (const auto bytes = unseal(row, token.value)) {
    auto object = causal::decode_object(*bytes);
    if (object) {
      for (const auto& sibling : object->siblings) object->context.advance(sibling.dot);
      return object;
    }
  }
  return fail(ErrorCode::unavailable,
              fmt::format("the row of key {} is damaged on this replica, until it is fetched again", readable(key)));
}

}  // namespace starling::storage
