#pragma once

#include <concepts>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "base/random.hpp"
#include "wire/codec.hpp"
#include "wire/fields.hpp"

/// Messages of every kind with random contents, for round trips and for damaging.
namespace starling::wire {

inline std::uint64_t random_number(Random& random) { return random.next() >> random.below(64); }

inline void randomise(Random& random, bool& value) { value = random.chance(1, 2); }
template <std::unsigned_integral Uint>
  requires(!std::same_as<Uint, bool>)
void randomise(Random& random, Uint& value) {
  value = static_cast<Uint>(random_number(random));
}
template <class Tag, class Rep>
void randomise(Random& random, Id<Tag, Rep>& id) {
  randomise(random, id.value);
}
inline void randomise(Random& random, Duration& value) { value = Duration(random_number(random) >> 1); }
template <class Enum>
  requires std::is_enum_v<Enum>
void randomise(Random& random, Enum& value) {
  value = static_cast<Enum>(random.below(static_cast<std::uint64_t>(last_of<Enum>()) + 1));
}
inline void randomise(Random& random, Bytes& bytes) {
  bytes.resize(random.chance(1, 20) ? random.below(100'000) : random.below(40));
  for (char& byte : bytes) byte = static_cast<char>(random.next());
}
inline void randomise(Random& random, Secret& secret) {
  for (auto& byte : secret) byte = static_cast<std::uint8_t>(random.next());
}
inline void randomise(Random& random, Address& address) {
  address = {};
  if (random.chance(1, 4)) return;
  address.port = static_cast<std::uint16_t>(1 + random.below(65'535));
  const bool v4 = random.chance(1, 2);
  if (v4) address.ip[10] = address.ip[11] = 0xff;
  for (std::size_t i = v4 ? 12 : 0; i < address.ip.size(); ++i)
    address.ip[i] = static_cast<std::uint8_t>(random.next());
}
template <Struct T>
void randomise(Random& random, T& value);
template <class T>
void randomise(Random& random, std::optional<T>& value) {
  value.reset();
  if (random.chance(1, 2)) randomise(random, value.emplace());
}
template <class T>
void randomise(Random& random, std::vector<T>& items) {
  items.resize(random.below(20));
  for (T& item : items) randomise(random, item);
}
template <Struct... T>
void randomise(Random& random, std::variant<T...>& one) {
  const std::vector<std::variant<T...>> kinds{T{}...};
  one = kinds[random.below(kinds.size())];
  std::visit([&](auto& value) { randomise(random, value); }, one);
}
template <Struct T>
void randomise(Random& random, T& value) {
  std::apply([&](auto&... field) { (randomise(random, field), ...); }, fields(value));
}

template <class T>
T random_value(Random& random) {
  T value;
  randomise(random, value);
  return value;
}

/// A message of each kind, in the order of the variant.
inline std::vector<Message> one_of_each(Random& random) {
  std::vector<Message> all;
  [&]<class... T>(std::variant<T...>*) {
    (all.emplace_back(random_value<T>(random)), ...);
  }(static_cast<Message*>(nullptr));
  return all;
}

inline Bytes encoded(const Message& message) {
  Bytes out;
  encode(message, out);
  return out;
}

}  // namespace starling::wire
