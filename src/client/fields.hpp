#pragma once

#include "wire/msgpack_reader.hpp"

namespace starling::client {

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

}  // namespace starling::client
