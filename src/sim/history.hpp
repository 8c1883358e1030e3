#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "sim/links.hpp"

namespace starling::sim {

/// Names an operation: its place in the history.
using OpId = std::size_t;

enum class Outcome : std::uint8_t { pending, done, refused, in_doubt };

/// One time that an operation was asked of a node.
struct Attempt {
  HostIndex host{};
  Instant began;
  Instant ended;
  Outcome outcome{};
  std::string words;  ///< of a failure
};

/// What one client wanted once, and what it was told. A put is also the name of its value. A write
/// that failed may be tried again, with the same request id.
struct Op {
  enum class Kind : std::uint8_t { get, put, remove };
  enum class Strength : std::uint8_t { one, majority, all };
  using Outcome = sim::Outcome;

  Kind kind{};
  std::size_t client{};
  std::size_t key{};
  Strength strength{};
  bool sloppy{};          ///< of a write: others may stand in for replicas
  bool stood_in{};        ///< some did, where it was acknowledged
  std::set<OpId> covers;  ///< of a write: the puts that its context covers, as far as the client has read them
  bool unread{};          ///< of a delete: without a context; the node read for it, and the client knows not what
  std::set<OpId> adds;    ///< of a put to a counter: all the adds that its value holds, its own among them
  Instant began;
  Instant ended;
  Outcome outcome{};  ///< done if one attempt was; refused only if all were
  std::vector<Attempt> attempts;
  std::set<OpId> values;        ///< of a get: the puts whose values it returned
  std::vector<Bytes> phantoms;  ///< of a get: values that nobody wrote there
  bool repeats{};               ///< of a get: it returned a value twice
  bool empty_context{};         ///< of a get: it came without one
  std::string words;            ///< of the last failure

  bool is_write() const { return kind != Kind::get; }
  /// Several attempts may have left a value each, of which a reader is shown one.
  bool may_be_twice() const;
};

/// Everything that the clients of a world saw; all that the checker is told of the run.
struct History {
  std::vector<Op> ops;

  static Bytes key_name(std::size_t key);
  static std::optional<std::size_t> key_of(BytesView name);
  /// The bytes that a put writes: different for each, not all of one length; a counter's tell its adds.
  Bytes value_of(OpId put) const;
  /// The put that wrote these bytes to this key.
  std::optional<OpId> writer_of(std::size_t key, BytesView value) const;
};

}  // namespace starling::sim
