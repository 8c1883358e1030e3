#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "base/error.hpp"
#include "base/random.hpp"
#include "causal/partition_state.hpp"
#include "storage/commands.hpp"
#include "storage/digest_cache.hpp"
#include "storage/engine.hpp"
#include "storage/partition_index.hpp"

namespace starling::storage {

struct ShardOptions {
  std::size_t digests = 1U << 20;       ///< of so many keys it remembers the digest; 16 MiB
  std::uint64_t hints_max = 1'000'000;  ///< for all nodes together
  std::size_t tree_rows = 2'000;        ///< read in one step of building a Merkle tree
};

/// True for commands that change nothing: they need no commit, and may be run one by one.
bool is_read(const Command& command);

/// Executes commands on one engine, and keeps the states of its partitions in memory.
///
/// - A batch is one transaction with one commit (group commit); the states it touched are saved
///   with it. No answer may leave before run() has returned.
/// - A command that fails for a reason of its own (malformed, too many siblings, a damaged row)
///   leaves no trace, and the others go on.
/// - `disk_full` fails the writes of the batch, undoes them, and answers its reads.
/// - Any other engine failure poisons the shard: what the disk holds is unknown, so the writes of
///   that batch are in doubt and everything later is `storage_failed`, until a restart has read it anew.
/// - The index of a partition, its Merkle tree, is in memory only. It follows each change of a row; a
///   batch that failed drops all of them.
class Shard {
 public:
  /// After boot(): reads the partition states. The engine must outlive the shard.
  static Result<Shard> open(Engine& engine, Random random, const ShardOptions& options = {});

  /// Takes what it needs out of the commands. One answer for each, in their order.
  std::vector<Result<Answer>> run(std::span<Command> commands);
  /// One command for which is_read() holds, without a transaction.
  Result<Answer> read(const Command& command);

  bool poisoned() const { return poison_.has_value(); }

 private:
  /// The outer failure is the engine's and ends the batch, the inner one is the command's own.
  template <class T>
  using Outcome = Result<Result<T>>;

  struct Slot {
    causal::PartitionState state;
    bool touched{};
    bool going{};                         ///< it is being dropped: whatever rows there are, they are none of it
    bool damaged{};                       ///< a row could not be read
    std::optional<PartitionIndex> index;  ///< none until somebody wants it

    bool is_kept() const { return going || state != causal::PartitionState{}; }
  };
  struct Stored {
    causal::Object object;
    bool exists{};
  };
  /// Where a row is about to change, and what the one before it was to the index.
  struct Place {
    PartitionId partition;
    const ring::Key& key;
    bool exists{};
    std::optional<RowShare> share;  ///< none without an index
    bool asked_for{true};           ///< its digest is worth remembering
  };
  struct Found {
    ring::Key key;
    causal::Object object;
  };

  Shard(Engine& engine, Random random, const ShardOptions& options)
      : engine_(&engine),
        random_(random),
        digests_(options.digests),
        hints_max_(options.hints_max),
        tree_rows_(options.tree_rows) {}

  Outcome<Answer> execute(const Get& get);
  Outcome<Answer> execute(const GetDigest& get);
  Outcome<Answer> execute(Put& put);
  Outcome<Answer> execute(Merge& merge);
  Outcome<Answer> execute(const Scan& scan);
  Outcome<Answer> execute(const KeepHint& hint);
  Outcome<Answer> execute(const KeepPayload& keep);
  Outcome<Answer> execute(const CountHints& count);
  Outcome<Answer> execute(const ListHints& list);
  Outcome<Answer> execute(const SettleHints& settle);
  Outcome<Answer> execute(const MoveHints& moves);
  Outcome<Answer> execute(const CheckActors& check);
  Outcome<Answer> execute(const ListActors& list);
  Outcome<Answer> execute(const DoubtActors& doubt);
  Outcome<Answer> execute(const SaveRecord& save);
  Outcome<Answer> execute(const Survey& survey);
  Outcome<Answer> execute(const BuildTree& build);
  Outcome<Answer> execute(const DropTree& drop);
  Outcome<Answer> execute(const SumLeaves& sum);
  Outcome<Answer> execute(const ScanUnseen& scan);
  Outcome<Answer> execute(const ListDigests& list);
  Outcome<Answer> execute(MergePage& page);
  Outcome<Answer> execute(const Reap& reap);
  Outcome<Answer> execute(const Recover& recover);
  Outcome<Answer> execute(const RefuseReads& refuse);
  Outcome<Answer> execute(const ListPartitions& list);
  Outcome<Answer> execute(const Measure& measure);
  Outcome<Answer> execute(const DropPartition& drop);

  Result<> transact(std::span<Command> commands, std::vector<Result<Answer>>& answers);
  void undo(const Error& failure, std::span<Command> commands, std::vector<Result<Answer>>& answers);
  void poison(const Error& failure);
  Result<> load_states();
  Result<> count_hints();
  Result<> save_touched_states();

  Slot& slot(PartitionId partition);
  void touch(PartitionId partition);
  Outcome<Stored> load(PartitionId partition, const ring::Key& key);
  enum class Incoming : std::uint8_t { one, of_many, of_many_new };
  Outcome<bool> merge(PartitionId partition, const ring::Key& key, causal::Object object, Incoming incoming);
  Result<bool> are_all_new(const std::vector<ScannedRow>& rows);
  bool is_going(PartitionId partition) const;
  Result<> may_be_used(PartitionId partition) const;
  Result<> may_be_read(PartitionId partition) const;
  Place place_of(PartitionId partition, const ring::Key& key, const causal::Object& object, bool exists);
  Result<> keep(const Place& place, const causal::Object& stripped);
  Result<bool> recover_row(const ring::Key& key, Result<causal::Object> object, const causal::Seen& before,
                           causal::Seen& shown);
  Result<std::vector<Found>> find_spent(PartitionIndex& index);
  Result<KeptHint> keep_hint(const Engine::Hint& hint);
  Result<> add_hint(const Engine::Hint& hint);
  Outcome<Answer> add_payload(const Engine::Hint& hint, causal::Object payload);
  Result<> erase_hint(const Engine::Hint& hint);
  Outcome<Answer> move_hint(NodeId from, const MoveHints::Move& move);
  /// What a hint would deliver, or nothing for a damaged row.
  Outcome<HintedObject> hinted(const Engine::Hint& hint, BytesView payload);
  Result<> load_payload_dots();

  Engine* engine_;
  Random random_;
  std::vector<Slot> slots_;  ///< by partition
  std::vector<PartitionId> touched_;
  std::set<PartitionId> unread_;  ///< their reads are refused: see RefuseReads
  DigestCache digests_;
  std::uint64_t hints_max_;
  std::size_t tree_rows_;
  std::map<NodeId, std::uint64_t> hints_;  ///< how many for whom; those that have none are not here
  std::uint64_t hints_total_{};
  /// What payloads cover, those too that have gone since the start: whoever has forgotten that it issued these
  /// dots must not issue them again.
  std::map<PartitionId, causal::VersionVector> payload_dots_;
  std::optional<Error> poison_;
  Bytes row_;                             ///< kept for its memory
  std::vector<Engine::StateRow> saving_;  ///< likewise
};

}  // namespace starling::storage
