#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "client/error.hpp"
#include "starling/result.hpp"
#include "wire/msgpack_reader.hpp"

namespace starling::client {

/// The decoded value, unless the reader met something that it should not have.
template <class T>
api::Result<T> checked(const wire::Reader& reader, T decoded) {
  if (reader.ok()) return decoded;
  return refuse(api::ErrorCode::malformed,
                "the node's answer is not what the protocol says; is it of another version?");
}

inline std::uint32_t small(wire::Reader& value) { return static_cast<std::uint32_t>(value.natural(UINT32_MAX)); }

/// Walks a map of the protocol: `on_field(name, value)` takes the fields it knows from a reader of
/// that value alone, so an unknown field is passed over and a newer node may send more. False for
/// what is no map.
template <class OnField>
bool read_fields(wire::Reader& map, OnField on_field) {
  for (std::size_t left = map.map(); left > 0; --left) {
    BytesView name = map.bytes();
    wire::Reader value(map.skip());
    on_field(name, value);
    if (!value.ok()) map.fail();
  }
  return map.ok();
}

/// Walks an array: `on_item(value)` reads one item of it. False for what is no array.
template <class OnItem>
bool read_items(wire::Reader& array, OnItem on_item) {
  for (std::size_t left = array.array(); left > 0 && array.ok(); --left) on_item(array);
  return array.ok();
}

inline std::vector<std::string> byte_strings(wire::Reader& array) {
  std::vector<std::string> strings;
  read_items(array, [&](wire::Reader& item) { strings.emplace_back(item.bytes()); });
  return strings;
}

inline std::chrono::milliseconds milliseconds(wire::Reader& value) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(value.natural(INT64_MAX)));
}

}  // namespace starling::client
