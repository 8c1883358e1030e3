#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "wire/fields.hpp"
#include "wire/msgpack_packer.hpp"

/// Packs the types that fields are made of. Appends; copies each byte once, to where it is sent from.
namespace starling::wire {

/// Nothing, the 4 + 2 bytes of an IPv4 address and port, or the 16 + 2 of IPv6.
void write(Packer& packer, const Address& address);

inline void write(Packer& packer, bool value) { value ? packer.pack_true() : packer.pack_false(); }
template <std::unsigned_integral Uint>
  requires(!std::same_as<Uint, bool>)
void write(Packer& packer, Uint value) {
  packer.pack_uint64(value);
}
template <class Tag, class Rep>
void write(Packer& packer, Id<Tag, Rep> id) {
  packer.pack_uint64(id.value);
}
/// Nanoseconds. What is overdue has nothing left.
inline void write(Packer& packer, Duration duration) {
  packer.pack_uint64(duration.count() < 0 ? 0 : static_cast<std::uint64_t>(duration.count()));
}
template <class Enum>
  requires std::is_enum_v<Enum>
void write(Packer& packer, Enum value) {
  packer.pack_uint64(static_cast<std::uint64_t>(value));
}
inline void write(Packer& packer, const Bytes& bytes) { pack_bin(packer, bytes); }
inline void write(Packer& packer, const Secret& secret) {
  pack_bin(packer, {reinterpret_cast<const char*>(secret.data()), secret.size()});
}
template <class T>
void write(Packer& packer, const std::optional<T>& value);
template <class T>
void write(Packer& packer, const std::vector<T>& items);

template <class... Field>
void write_all(Packer& packer, const std::tuple<Field...>& values) {
  std::apply([&](const auto&... value) { (write(packer, value), ...); }, values);
}

template <Struct T>
void write(Packer& packer, const T& value) {
  const auto values = fields(value);
  packer.pack_array(std::tuple_size_v<decltype(values)>);
  write_all(packer, values);
}

/// One of several structs: [which, field, ...].
template <Struct... T>
void write(Packer& packer, const std::variant<T...>& one) {
  std::visit(
      [&](const auto& value) {
        const auto values = fields(value);
        packer.pack_array(1 + std::tuple_size_v<decltype(values)>);
        packer.pack_uint64(one.index());
        write_all(packer, values);
      },
      one);
}

template <class T>
void write(Packer& packer, const std::optional<T>& value) {
  if (value)
    write(packer, *value);
  else
    packer.pack_nil();
}

template <class T>
void write(Packer& packer, const std::vector<T>& items) {
  packer.pack_array(static_cast<std::uint32_t>(items.size()));
  for (const T& item : items) write(packer, item);
}

}  // namespace starling::wire
