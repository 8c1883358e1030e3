#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "base/bytes.hpp"

namespace starling::wire {

/// What a MessagePack value is, as far as Starling tells kinds apart: str and bin are one.
enum class Kind : std::uint8_t {
  cut,        ///< the bytes end within the head
  forbidden,  ///< 0xc1 and every extension type
  nil,
  boolean,
  natural,  ///< an integer ≥ 0, however it was packed
  negative,
  real,
  bytes,
  array,
  map,
};

/// The first bytes of a value: all of it for a number, the length for what has contents.
struct Head {
  Kind kind{Kind::cut};
  std::uint8_t size{};     ///< bytes of the head itself
  std::uint64_t number{};  ///< the value · bytes that follow · items · entries
};

namespace detail {

template <class Uint>
Uint load_big_endian(const char* at) {
  Uint value;
  std::memcpy(&value, at, sizeof value);
  if constexpr (std::endian::native == std::endian::little) {
    if constexpr (sizeof value == 2) value = __builtin_bswap16(value);
    if constexpr (sizeof value == 4) value = __builtin_bswap32(value);
    if constexpr (sizeof value == 8) value = __builtin_bswap64(value);
  }
  return value;
}

/// A head whose number takes sizeof(Int) bytes after the marker.
template <class Int>
Head wide_head(Kind kind, BytesView bytes) {
  if (bytes.size() < 1 + sizeof(Int)) return {};
  const auto value = static_cast<Int>(load_big_endian<std::make_unsigned_t<Int>>(bytes.data() + 1));
  if (std::is_signed_v<Int> && value < 0) kind = Kind::negative;
  return {kind, 1 + sizeof(Int), static_cast<std::uint64_t>(value)};
}

}  // namespace detail

inline Head read_head(BytesView bytes) {
  using detail::wide_head;
  if (bytes.empty()) return {};
  const auto marker = static_cast<std::uint8_t>(bytes.front());
  if (marker < 0x80) return {Kind::natural, 1, marker};
  if (marker < 0x90) return {Kind::map, 1, marker & 0x0fU};
  if (marker < 0xa0) return {Kind::array, 1, marker & 0x0fU};
  if (marker < 0xc0) return {Kind::bytes, 1, marker & 0x1fU};
  if (marker >= 0xe0) return {Kind::negative, 1, static_cast<std::uint64_t>(static_cast<std::int8_t>(marker))};
  switch (marker) {
    case 0xc0: return {Kind::nil, 1, 0};
    case 0xc2: return {Kind::boolean, 1, 0};
    case 0xc3: return {Kind::boolean, 1, 1};
    case 0xc4:
    case 0xd9: return wide_head<std::uint8_t>(Kind::bytes, bytes);
    case 0xc5:
    case 0xda: return wide_head<std::uint16_t>(Kind::bytes, bytes);
    case 0xc6:
    case 0xdb: return wide_head<std::uint32_t>(Kind::bytes, bytes);
    case 0xca: return wide_head<std::uint32_t>(Kind::real, bytes);
    case 0xcb: return wide_head<std::uint64_t>(Kind::real, bytes);
    case 0xcc: return wide_head<std::uint8_t>(Kind::natural, bytes);
    case 0xcd: return wide_head<std::uint16_t>(Kind::natural, bytes);
    case 0xce: return wide_head<std::uint32_t>(Kind::natural, bytes);
    case 0xcf: return wide_head<std::uint64_t>(Kind::natural, bytes);
    case 0xd0: return wide_head<std::int8_t>(Kind::natural, bytes);
    case 0xd1: return wide_head<std::int16_t>(Kind::natural, bytes);
    case 0xd2: return wide_head<std::int32_t>(Kind::natural, bytes);
    case 0xd3: return wide_head<std::int64_t>(Kind::natural, bytes);
    case 0xdc: return wide_head<std::uint16_t>(Kind::array, bytes);
    case 0xdd: return wide_head<std::uint32_t>(Kind::array, bytes);
    case 0xde: return wide_head<std::uint16_t>(Kind::map, bytes);
    case 0xdf: return wide_head<std::uint32_t>(Kind::map, bytes);
    default: return {Kind::forbidden, 1, 0};
  }
}

}  // namespace starling::wire
