#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <utility>

#include "base/bytes.hpp"

namespace starling {

inline constexpr std::size_t varint_bytes_max = 10;

/// Its own inverse.
inline std::uint64_t little_endian(std::uint64_t value) {
  return std::endian::native == std::endian::little ? value : std::byteswap(value);
}

/// Appends integers and bytes to a string: the alphabet of every encoding of our own. Integers
/// are LEB128 (seven bits a byte, low ones first) or eight bytes, low ones first.
class ByteWriter {
 public:
  /// `bytes_max` is what will be written at most: taken once, so that writing never reallocates.
  explicit ByteWriter(std::size_t bytes_max) { out_.reserve(bytes_max); }

  void byte(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void varint(std::uint64_t value) {
    char buffer[varint_bytes_max];
    std::size_t size = 0;
    for (; value >= 0x80; value >>= 7) buffer[size++] = static_cast<char>(value | 0x80);
    buffer[size++] = static_cast<char>(value);
    out_.append(buffer, size);
  }
  void fixed64(std::uint64_t value) {
    const auto bytes = std::bit_cast<std::array<char, 8>>(little_endian(value));
    out_.append(bytes.data(), bytes.size());
  }
  void bytes(BytesView bytes) { out_.append(bytes); }
  /// A length and the bytes.
  void sized_bytes(BytesView bytes) {
    varint(bytes.size());
    out_.append(bytes);
  }

  Bytes take() && { return std::move(out_); }

 private:
  Bytes out_;
};

/// Reads what a ByteWriter wrote, from anybody. The first thing that is wrong makes it fail for
/// good: it then yields zeros and empty views, so a decoder checks once, at its end. Only the
/// shortest form of an integer is taken, so that equal values have one encoding.
class ByteReader {
 public:
  explicit ByteReader(BytesView bytes) : rest_(bytes) {}

  std::uint8_t byte() {
    const BytesView one = bytes(1);
    return one.empty() ? 0 : static_cast<std::uint8_t>(one[0]);
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < rest_.size() && i < varint_bytes_max; ++i) {
      const auto part = static_cast<std::uint8_t>(rest_[i]);
      value |= std::uint64_t{part & 0x7fU} << (7 * i);
      if (part >= 0x80) continue;
      const bool longer_than_needed = part == 0 && i > 0;
      const bool beyond_64_bits = part > 1 && i + 1 == varint_bytes_max;
      if (longer_than_needed || beyond_64_bits) break;
      rest_.remove_prefix(i + 1);
      return value;
    }
    fail();
    return 0;
  }
  std::uint64_t fixed64() {
    std::array<char, 8> buffer{};
    bytes(buffer.size()).copy(buffer.data(), buffer.size());
    return little_endian(std::bit_cast<std::uint64_t>(buffer));
  }
  BytesView bytes(std::uint64_t size) {
    if (size > rest_.size()) {
      fail();
      return {};
    }
    const BytesView taken = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(static_cast<std::size_t>(size));
    return taken;
  }
  BytesView sized_bytes() { return bytes(varint()); }
  /// How many items follow. Fails where so many, of at least `item_bytes_min` each, cannot: what a
  /// caller reserves for them is bounded by the bytes that came.
  std::size_t count(std::size_t item_bytes_min) {
    const std::uint64_t items = varint();
    require(items <= rest_.size() / item_bytes_min);
    return failed_ ? 0 : static_cast<std::size_t>(items);
  }

  void require(bool condition) {
    if (!condition) fail();
  }
  void fail() {
    failed_ = true;
    rest_ = {};
  }
  bool failed() const { return failed_; }
  /// Everything was read and nothing was wrong.
  bool finished() const { return !failed_ && rest_.empty(); }

 private:
  BytesView rest_;
  bool failed_{};
};

}  // namespace starling
