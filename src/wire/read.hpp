#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "wire/fields.hpp"
#include "wire/msgpack_reader.hpp"

/// Reads the types that fields are made of, strictly: exact counts, ranges, enumerations.
/// The mirror of write.hpp. Failure sticks to the Reader.
namespace starling::wire {

void read(Reader& reader, Address& address);

inline void read(Reader& reader, bool& value) { value = reader.boolean(); }
template <std::unsigned_integral Uint>
  requires(!std::same_as<Uint, bool>)
void read(Reader& reader, Uint& value) {
  value = static_cast<Uint>(reader.natural(std::numeric_limits<Uint>::max()));
}
template <class Tag, class Rep>
void read(Reader& reader, Id<Tag, Rep>& id) {
  read(reader, id.value);
}
inline void read(Reader& reader, Duration& duration) {
  duration = Duration(static_cast<Duration::rep>(reader.natural(std::numeric_limits<Duration::rep>::max())));
}
template <class Enum>
  requires std::is_enum_v<Enum>
void read(Reader& reader, Enum& value) {
  value = static_cast<Enum>(reader.natural(static_cast<std::uint64_t>(last_of<Enum>())));
}
inline void read(Reader& reader, Bytes& bytes) { bytes = reader.bytes(); }
inline void read(Reader& reader, Secret& secret) {
  const BytesView bytes = reader.bytes();
  if (bytes.size() != secret.size()) return reader.fail();
  std::ranges::copy(bytes, secret.begin());
}
template <class T>
void read(Reader& reader, std::optional<T>& value);
template <class T>
void read(Reader& reader, std::vector<T>& items);

template <class... Field>
void read_all(Reader& reader, std::tuple<Field&...> values) {
  std::apply([&](auto&... value) { (read(reader, value), ...); }, values);
}

template <Struct T>
void read(Reader& reader, T& value) {
  const auto values = fields(value);
  if (reader.array() != std::tuple_size_v<decltype(values)>) return reader.fail();
  read_all(reader, values);
}

/// One of several structs: [which, field, ...].
template <Struct... T>
void read(Reader& reader, std::variant<T...>& one) {
  using Read = void (*)(Reader&, std::variant<T...>&, std::size_t count);
  static constexpr std::array<Read, sizeof...(T)> reads{[](Reader& from, std::variant<T...>& into, std::size_t count) {
    const auto values = fields(into.template emplace<T>());
    if (count != std::tuple_size_v<decltype(values)>) return from.fail();
    read_all(from, values);
  }...};
  const std::size_t count = reader.array();
  const std::uint64_t which = reader.natural(reads.size() - 1);
  if (reader.ok()) reads[which](reader, one, count - 1);
}

template <class T>
void read(Reader& reader, std::optional<T>& value) {
  if (!reader.nil()) read(reader, value.emplace());
}

template <class T>
void read(Reader& reader, std::vector<T>& items) {
  const std::size_t count = reader.array();
  // The count is the sender's claim: memory follows what has really been read.
  for (std::size_t i = 0; i < count && reader.ok(); ++i) read(reader, items.emplace_back());
}

}  // namespace starling::wire
