#pragma once

#include <cstdint>
#include <limits>

#include "base/bytes.hpp"
#include "wire/msgpack_head.hpp"

namespace starling::wire {

/// A cursor over MessagePack bytes that somebody else made: the caller asks for what must come
/// next, and gets it or a harmless default (0, false, empty). The first disappointment sticks, so a
/// decoder reads field after field and looks at ok() once, at the end. Views point into the bytes.
///
/// Starling packs with msgpack-c and reads with this: both its protocols know what must come next,
/// so a tree of objects (and the zone that holds it, and the exceptions on the way there) would be
/// built only to be taken apart; and nothing here can take memory, whatever the bytes claim.
class Reader {
 public:
  explicit Reader(BytesView bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  /// All was as expected and nothing is left over.
  bool finished() const { return ok_ && rest_.empty(); }
  BytesView rest() const { return rest_; }

  /// Of the next value; Kind::cut at the end.
  Kind peek() const { return read_head(rest_).kind; }

  std::uint64_t natural(std::uint64_t max = std::numeric_limits<std::uint64_t>::max());
  bool boolean();
  BytesView bytes();
  /// Takes a nil and says so, or leaves what is there.
  bool nil();
  /// Items of an array, entries of a map, which then come one by one. Never more than the
  /// remaining bytes could hold.
  std::size_t array();
  std::size_t map();
  /// One whole value of any kind: its bytes.
  BytesView skip();

  /// What the caller saw is not what it expected.
  void fail() {
    ok_ = false;
    rest_ = {};
  }

 private:
  /// Steps over the head of a value of this kind.
  std::uint64_t take(Kind kind);
  std::size_t container(Kind kind, std::size_t bytes_per_item);

  BytesView rest_;
  bool ok_ = true;
};

inline std::uint64_t Reader::take(Kind kind) {
  const Head head = read_head(rest_);
  if (head.kind != kind) [[unlikely]] {
    fail();
    return 0;
  }
  rest_.remove_prefix(head.size);
  return head.number;
}

inline std::uint64_t Reader::natural(std::uint64_t max) {
  const std::uint64_t value = take(Kind::natural);
  if (value <= max) [[likely]]
    return value;
  fail();
  return 0;
}

inline bool Reader::boolean() { return take(Kind::boolean) != 0; }

inline BytesView Reader::bytes() {
  const std::uint64_t size = take(Kind::bytes);
  if (size > rest_.size()) [[unlikely]] {
    fail();
    return {};
  }
  const BytesView found = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return found;
}

inline bool Reader::nil() {
  if (peek() != Kind::nil) return false;
  rest_.remove_prefix(1);
  return true;
}

inline std::size_t Reader::container(Kind kind, std::size_t bytes_per_item) {
  const std::uint64_t items = take(kind);
  if (items <= rest_.size() / bytes_per_item) [[likely]]
    return items;
  fail();
  return 0;
}

inline std::size_t Reader::array() { return container(Kind::array, 1); }
inline std::size_t Reader::map() { return container(Kind::map, 2); }

}  // namespace starling::wire
