#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "causal/object.hpp"
#include "ring/key.hpp"
#include "storage/healing_commands.hpp"

/// What the core asks of storage and what comes back: plain values. The core sends a command as
/// an effect and gets the answer as an event; who executes it, and on which thread, it does not know.
namespace starling::storage {

/// Reads one key. Counts as a read: commits nothing.
struct Get {
  PartitionId partition;
  ring::Key key;
};
struct GetAnswer {
  causal::Object object;  ///< filled; no siblings (but base(seen) as its context) where there is no row
};

/// Reads what lives of a key as one number (causal::digest). Counts as a read.
struct GetDigest {
  PartitionId partition;
  ring::Key key;
};
struct DigestAnswer {
  std::uint64_t digest{};
};

/// Coordinates a write: issues a dot, replaces what `context` covers. Durable when answered.
struct Put {
  PartitionId partition;
  ring::Key key;
  causal::VersionVector context;
  causal::Sibling sibling;       ///< its dot is issued by storage
  std::uint32_t siblings_max{};  ///< `too_many_siblings` if the result would have more (and more than now); 0: no bound
  std::vector<NodeId> hinted;    ///< replicas that cannot be reached: a hint for each, in the same commit
};
/// What became of a hint that was to be kept.
struct KeptHint {
  NodeId target;
  PartitionId partition;
  bool kept{};  ///< false: there are too many already, so anti-entropy has to find what differs
};
struct PutAnswer {
  causal::Dot dot;
  std::uint32_t siblings{};       ///< live ones, after the put
  causal::VersionVector context;  ///< of the result, filled
  Bytes object;                   ///< the result, filled and encoded: what the other replicas merge
  std::vector<KeptHint> hints;    ///< one for each of `hinted`
};

/// Joins another replica's state into ours. Durable when answered. `malformed` for bytes that are no object.
struct Merge {
  PartitionId partition;
  ring::Key key;
  Bytes object;  ///< filled and encoded
};
struct MergeAnswer {
  bool changed{};
};

/// Reads rows of one partition in (token, key) order, tombstone-only ones included (a reader that
/// joins several replicas needs them), `after` excluded, until a bound is reached: one of these, or
/// storage's own on rows looked at, so a page without rows need not be the last.
struct Scan {
  PartitionId partition;
  Token first, last;          ///< the partition's range
  ring::Key after;            ///< empty bytes: from `first`
  Bytes prefix;               ///< of ring::Key::bytes (bucket, 0, key prefix); rows that do not match are passed over
  std::uint32_t rows_max{};   ///< matching rows returned
  std::uint32_t bytes_max{};  ///< of returned objects; the first row always fits
};
struct ScannedRow {
  ring::Key key;
  causal::Object object;  ///< filled
};
struct ScanAnswer {
  std::vector<ScannedRow> rows;
  /// How far this answer speaks for the partition: everything up to and including this key was
  /// looked at. Empty bytes: to its end.
  ring::Key complete_to;
};

/// Joins many rows of one partition with what is stored, as Merge does with one. Damaged rows are passed over; then
/// the answer is the first such error, the others are joined all the same, and `seen` is not. Durable when answered.
/// Far cheaper than a Merge for each where none of them is there yet.
struct MergePage {
  PartitionId partition;
  std::vector<ScannedRow> rows;
  /// With the last page: all rows that it speaks of are in this page or in those before it, which are durable.
  std::optional<causal::Seen> seen{};
};

/// Keeps a hint: we owe `target` the present state of this key. Durable when answered.
struct KeepHint {
  NodeId target;
  PartitionId partition;
  ring::Key key;
};
struct HintsAnswer {
  std::vector<KeptHint> hints;
};

/// Keeps a state for `target` as a stand-in: a hint that has its payload with it, because it is of a
/// partition that is not ours. It is joined with what is kept for that node and key already, and
/// never becomes a row. Durable when answered. `overloaded` where there are too many hints,
/// `malformed` for bytes that are no object.
struct KeepPayload {
  NodeId target;
  PartitionId partition;
  ring::Key key;
  Bytes object;  ///< filled and encoded
};

/// How many hints there are for whom.
struct CountHints {};
struct CountHintsAnswer {
  std::vector<std::pair<NodeId, std::uint64_t>> counts;  ///< ordered by target, none of them 0
};

/// What a node is owed, in (token, key) order after `after`, with the states as they are now; where a
/// payload is kept, joined with it.
struct ListHints {
  NodeId target;
  ring::Key after;  ///< empty bytes, token 0: from the start
  std::uint32_t hints_max{};
  std::uint32_t bytes_max{};  ///< of objects; the first one always fits
};
struct HintedObject {
  PartitionId partition;
  ring::Key key;
  Bytes object;  ///< filled and encoded, as Merge takes it
  std::uint64_t fingerprint{};
};
struct ListHintsAnswer {
  std::vector<HintedObject> hints;
  ring::Key complete_to;  ///< all up to this key are here, but those whose rows are damaged; empty bytes: to the end
};

/// These have been delivered: their hints go, payloads too, but not those of keys that were written
/// again meanwhile (their fingerprint is another one). Durable when answered.
struct SettleHints {
  struct Delivered {
    PartitionId partition;
    ring::Key key;
    std::uint64_t fingerprint{};
  };
  NodeId target;
  std::vector<Delivered> delivered;
};

/// The ring has changed, and these hints of one node concern others now: each goes, with its payload, to
/// `to`, whatever the bound on hints says. Durable when answered.
struct MoveHints {
  struct Move {
    PartitionId partition;
    ring::Key key;
    std::vector<NodeId> to;
    bool to_ourselves{};  ///< we have become a replica of it: a payload becomes ours too
  };
  NodeId from;
  std::vector<Move> moves;
};

/// Which of these actors have we seen further than their owner says it has issued? In a payload that is
/// kept for another node, too.
struct ActorClaim {
  PartitionId partition;
  ActorId actor;
  std::uint64_t counter{};
};
struct CheckActors {
  std::vector<ActorClaim> claims;
};
struct CheckActorsAnswer {
  std::vector<PartitionId> ahead;
};

/// Our own actors, one claim for each partition that has one.
struct ListActors {};
struct ListActorsAnswer {
  std::vector<ActorClaim> claims;
};

/// The next put to each of these partitions mints a new actor. Durable when answered.
struct DoubtActors {
  std::vector<PartitionId> partitions;
};

/// Saves a small named record (the ring, known peers, a pending founding). Durable when answered.
struct SaveRecord {
  std::string name;
  Bytes bytes;  ///< empty: removes it
};

struct Done {};

using Command =
    std::variant<Get, GetDigest, Put, Merge, Scan, KeepHint, KeepPayload, CountHints, ListHints, SettleHints, MoveHints,
                 CheckActors, ListActors, DoubtActors, SaveRecord, Survey, BuildTree, DropTree, SumLeaves, ScanUnseen,
                 ListDigests, MergePage, Reap, Recover, RefuseReads, ListPartitions, Measure, DropPartition>;
using Answer = std::variant<Done, GetAnswer, DigestAnswer, PutAnswer, MergeAnswer, ScanAnswer, HintsAnswer,
                            CountHintsAnswer, ListHintsAnswer, CheckActorsAnswer, ListActorsAnswer, SurveyAnswer,
                            BuildTreeAnswer, SumLeavesAnswer, ScanUnseenAnswer, ListDigestsAnswer, ReapAnswer,
                            RecoverAnswer, ListPartitionsAnswer, MeasureAnswer, DropPartitionAnswer>;

}  // namespace starling::storage
