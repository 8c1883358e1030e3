#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "causal/seen.hpp"
#include "causal/version_vector.hpp"

namespace starling::causal {

/// One of the values a key holds at once, or the mark of a delete.
struct Sibling {
  Dot dot;
  bool tombstone{};
  std::uint32_t flags{};    ///< reserved for bucket types; 0 today
  std::uint64_t hlc{};      ///< hybrid logical clock of the write, ms << 16 | logical; for humans and last-write-wins
  std::uint64_t request{};  ///< the client's request id, 0 for none: a retry finds its own write by it
  Bytes value;              ///< empty for a tombstone

  friend bool operator==(const Sibling&, const Sibling&) = default;
};

/// The state of one key, a dotted causal container: the siblings, and the context of all writes
/// they are or have replaced. Siblings are sorted by dot. An object is *filled* when its context
/// covers the dots of its siblings; that is how it travels. A row is stored *stripped* of what the
/// replica's `seen` says anyway. (Preguiça et al. 2012; Gonçalves et al. 2015.)
struct Object {
  std::vector<Sibling> siblings;
  VersionVector context;

  /// Some sibling is a value.
  bool live() const;
  /// The context covers every sibling.
  bool filled() const;
  const Sibling* find(Dot dot) const;
  friend bool operator==(const Object&, const Object&) = default;
};

/// o.context ⊔ base(seen): what a stored row means on the replica whose `seen` this is.
Object fill(Object object, const Seen& seen);

/// Drops what fill() with the same (or a later) `seen` restores. fill∘strip ≡ fill.
Object strip(Object object, const Seen& seen);

/// Both states of one key, filled, become one: associative, commutative, idempotent, inflationary.
/// A sibling stays if both have it, or if the other has not covered its dot. Values are moved
/// along, never copied.
Object join(Object x, Object y);

/// Puts `sibling` (its dot newly issued) over the filled `object`: what `client_context` covers
/// goes, everything else stays beside it.
Object put(Object object, const VersionVector& client_context, Sibling sibling);

/// A hash of the sorted dots of the live siblings, and of nothing else: not of the context, which
/// each replica strips in its own way, nor of tombstones, which may be reaped at different times.
/// 0 when nothing lives. Equal on two replicas that would give a reader the same values.
std::uint64_t digest(const Object& object);

/// A hash of the dots of all siblings, tombstones too: another one after every write to the key.
std::uint64_t fingerprint(const Object& object);

}  // namespace starling::causal
