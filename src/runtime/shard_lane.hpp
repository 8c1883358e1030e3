#pragma once

#include <mutex>
#include <span>
#include <vector>

#include "storage/engine.hpp"
#include "storage/shard.hpp"

namespace starling::runtime {

/// The one way to a shard: whoever is inside has it to himself.
///
/// Writes always go through the disk thread, for a commit waits for the disk. A read is 2 µs of CPU
/// from memory, and waking another thread for it costs ten times that; so the loop may step in and
/// read, if and only if the disk thread is not inside. It never waits for its turn.
class ShardLane {
 public:
  ShardLane(storage::Engine& engine, storage::Shard& shard) : engine_(engine), shard_(shard) {}

  /// Empty when somebody else is inside.
  std::unique_lock<std::mutex> try_enter() { return {inside_, std::try_to_lock}; }
  /// Only while holding what try_enter() gave.
  Result<storage::Answer> read(const storage::Command& command) { return shard_.read(command); }

  /// One transaction, one commit.
  std::vector<Result<storage::Answer>> run(std::span<storage::Command> commands);
  Result<> maintain(storage::Engine::Pace pace);

 private:
  std::mutex inside_;
  storage::Engine& engine_;
  storage::Shard& shard_;
};

}  // namespace starling::runtime
