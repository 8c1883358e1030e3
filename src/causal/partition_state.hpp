#pragma once

#include <cstdint>
#include <optional>

#include "base/random.hpp"
#include "causal/object.hpp"
#include "causal/seen.hpp"

namespace starling::causal {

/// What a replica remembers about one of its partitions besides the rows: under which name it
/// issues dots, how many it has issued, and what it has seen. Durable in the same transaction as
/// the rows it speaks of.
///
/// A dot is never issued twice. Where that cannot be proven (an unclean stop without full
/// durability, a directory that was copied or rolled back, a peer that knows a higher counter of
/// ours than we do) the actor is in doubt, and the next put mints a new one.
///
/// Invariant: an actor that is not in doubt has issued exactly 1..counter, and all of it is seen.
class PartitionState {
 public:
  PartitionState() = default;
  /// As saved. A counter that is not what `seen` has of the actor puts the actor in doubt.
  PartitionState(ActorId actor, std::uint64_t counter, Seen seen);

  /// The next put issues under a new actor. Idempotent; survives encode/decode as "no actor".
  void doubt_actor();

  /// Issues the next dot, minting an actor where there is none, or where `context` or the counter's
  /// end shows that the present one must not go on. The dot is in `seen` afterwards.
  Dot issue(const VersionVector& context, Random& random);

  /// Takes note of dots that arrived from elsewhere. An object that knows more of our own actor
  /// than we do puts it in doubt: amnesia must be noticed on every merge, not only on our own puts
  /// (riak_kv #1643). Returns whether the state differs from what it was.
  bool observe(const Object& object);

  /// For anti-entropy and transfers: the union with another replica's, once every row that it speaks
  /// of is here too (else fill() would take what has not arrived for replaced). Notices amnesia likewise.
  void join_seen(const Seen& other);

  /// None before the first put and while in doubt.
  std::optional<ActorId> actor() const;
  /// How many dots the actor has issued; 0 where there is none.
  std::uint64_t counter() const { return counter_; }
  const Seen& seen() const { return seen_; }

  friend bool operator==(const PartitionState&, const PartitionState&) = default;

 private:
  void doubt_if_issued(std::uint64_t counter);

  ActorId actor_;
  std::uint64_t counter_{};
  Seen seen_;
};

/// The transition of a put at the one replica that coordinates it, on a stored (stripped) row.
/// Returns the *filled* object to keep (strip it) and to send, and the dot it now holds.
/// A repeated non-zero `sibling.request` that still lives returns the earlier dot and changes nothing.
struct PutOutcome {
  Object filled;
  Dot dot;
  bool repeated{};
};
PutOutcome apply_put(PartitionState& state, Object stored, const VersionVector& client_context, Sibling sibling,
                     Random& random);

/// The transition of a merge with a *filled* object (decode_filled_object). Returns the filled
/// object to keep (strip it), whether the row differs from what was stored, and whether `state` differs
/// from what it was: a dot that came too late is seen all the same.
struct MergeOutcome {
  Object filled;
  bool changed{};
  bool learned{};
};
MergeOutcome apply_merge(PartitionState& state, Object stored, Object incoming);

}  // namespace starling::causal
