#pragma once

#include <functional>
#include <string>
#include <vector>

#include "contract/machine.hpp"

namespace starling::test {

enum class Outcome : std::uint8_t {
  done,
  refused,  ///< nothing happened, and it may be tried again
  failed,   ///< in doubt; the process must end
};

struct Step {
  std::string name;
  std::function<Outcome(Machine&)> act;
};

/// A data directory's life, the same each time: founded, written to in many ways, checkpointed,
/// closed well and badly, opened again. Each step is one transaction or none, so at any moment
/// the directory is as before the step or as after it.
std::vector<Step> script();

inline constexpr std::uint16_t script_partitions = 4;
/// The key of this number; they take turns among the partitions.
ring::Key script_key(std::uint64_t number);
PartitionId partition_of(const ring::Key& key);
Token first_token(PartitionId partition);
Token last_token(PartitionId partition);
storage::Put put_of(std::uint64_t number, Bytes value, causal::VersionVector context = {});

}  // namespace starling::test
