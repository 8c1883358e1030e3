#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/checker.hpp"
#include "storage/commands.hpp"

namespace starling::sim {

/// Watches every commit of every disk: no dot is issued twice, and each actor counts without gaps.
class Ledger {
 public:
  void on_committed(const storage::Command& command, const Result<storage::Answer>& answer);
  const std::vector<Violation>& violations() const { return violations_; }
  std::size_t actors() const { return issued_.size(); }

 private:
  std::map<std::pair<PartitionId, ActorId>, std::uint64_t> issued_;
  std::vector<Violation> violations_;
};

}  // namespace starling::sim
