#include "runtime/shard_lane.hpp"

namespace starling::runtime {

std::vector<Result<storage::Answer>> ShardLane::run(std::span<storage::Command> commands) {
  const std::lock_guard inside(inside_);
  return shard_.run(commands);
}

Result<> ShardLane::maintain(storage::Engine::Pace pace) {
  const std::lock_guard inside(inside_);
  return engine_.maintain(pace);
}

}  // namespace starling::runtime
