#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/time.hpp"

namespace starling::sim {

/// Names an operation: its place in the history.
using OpId = std::size_t;

/// What one client asked once, and what it was told. A put is also the name of its value.
struct Op {
  enum class Kind : std::uint8_t { get, put, remove };
  enum class Outcome : std::uint8_t { pending, done, refused, in_doubt };
  enum class Strength : std::uint8_t { one, majority, all };

  Kind kind{};
  std::size_t client{};
  std::size_t host{};
  std::size_t key{};
  Strength strength{};
  std::set<OpId> covers;  ///< of a write: the puts that its context covers, as far as the client has read them
  Instant began;
  Instant ended;
  Outcome outcome{};
  std::set<OpId> values;        ///< of a get: the puts whose values it returned
  std::vector<Bytes> phantoms;  ///< of a get: values that nobody wrote there
  bool empty_context{};         ///< of a get: it came without one
  std::string words;            ///< of a failure
};

/// Everything that the clients of a world saw; the only thing that the checker sees of it.
struct History {
  std::vector<Op> ops;

  static Bytes key_name(std::size_t key);
  /// The bytes that a put writes: different for each, and not all of one length.
  static Bytes value_of(OpId put);
  /// The put that wrote these bytes to this key.
  std::optional<OpId> writer_of(std::size_t key, BytesView value) const;
};

/// All that happened to one key, a line for each operation, for a person to read.
std::string story_of(const History& history, std::size_t key);

}  // namespace starling::sim
