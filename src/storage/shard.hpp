#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/error.hpp"
#include "base/random.hpp"
#include "causal/partition_state.hpp"
#include "storage/commands.hpp"
#include "storage/engine.hpp"

namespace starling::storage {

/// True for commands that change nothing: they need no commit, and may be run one by one.
bool is_read(const Command& command);

/// Executes commands on one engine, and keeps the states of its partitions in memory.
///
/// - A batch is one transaction with one commit (group commit); the states it touched are saved
///   with it. No answer may leave before run() has returned.
/// - A command that fails for a reason of its own (malformed, too many siblings, a damaged row)
///   leaves no trace, and the others go on.
/// - `disk_full` fails the writes of the batch, undoes them, and answers its reads.
/// - Any other engine failure poisons the shard: what the disk holds is unknown, so writes of that
///   batch are in doubt and everything later is `storage_failed`, until a restart has read it anew.
class Shard {
 public:
  /// After boot(): reads the partition states.
  static Result<Shard> open(Engine& engine, Random random);

  /// Takes what it needs out of the commands. One answer for each, in their order.
  std::vector<Result<Answer>> run(std::span<Command> commands);
  /// One command for which is_read() holds, without a transaction.
  Result<Answer> read(const Command& command);

  bool poisoned() const { return poisoned_; }
  std::size_t damaged_rows_met() const { return damaged_rows_met_; }

 private:
  struct Slot {
    causal::PartitionState state;
    bool touched{};
  };

  Shard(Engine& engine, Random random) : engine_(&engine), random_(random) {}

  Engine* engine_;
  Random random_;
  std::vector<Slot> slots_;
  bool poisoned_{};
  std::size_t damaged_rows_met_{};
};

}  // namespace starling::storage
