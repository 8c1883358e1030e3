#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "causal/dot.hpp"
#include "sim/disk.hpp"
#include "sim/loss.hpp"
#include "sim/violation.hpp"
#include "storage/commands.hpp"

namespace starling::sim {

/// Watches every commit of every disk: no dot is issued twice, no counter falls, and each counts
/// without gaps, but for those that a commit may have left of which nobody knows how it went. What is
/// there, in a directory that was just opened too, is whole: its context covers its siblings. No two
/// states of a key that differ in their siblings have one digest. A tombstone goes only where all
/// that were to bear witness have seen it. And no two rings have one epoch.
///
/// One thing is beyond a store: a dot that only one directory ever held, which is then rolled back.
/// Nobody can tell that node, so it may issue the dot again.
class Ledger {
 public:
  /// `losses`: of the world, as they come.
  explicit Ledger(const std::vector<Loss>& losses) : losses_(losses) {}

  void on_committed(const storage::Command& command, const Result<storage::Answer>& answer);
  void on_opened(Disk& disk);
  const std::vector<Violation>& violations() const { return violations_; }
  std::size_t actors() const { return issued_.size(); }

 private:
  using Issued = std::pair<PartitionId, causal::Dot>;

  void on_put(const storage::Put& put, const storage::PutAnswer& answer);
  void on_issued(PartitionId partition, causal::Dot dot, std::uint64_t request);
  void on_merged(PartitionId partition, const causal::Object& object);
  void on_reaped(const storage::Reap& reap, const storage::ReapAnswer& answer);
  void on_saved(const storage::SaveRecord& save);
  void on_state(const ring::Key& key, const causal::Object& object);
  void report(std::string rule, std::string what, const ring::Key& key);
  bool forgotten_by_all(Issued issued) const { return !losses_.empty() && !witnessed_.contains(issued); }

  const std::vector<Loss>& losses_;
  std::map<std::pair<PartitionId, ActorId>, std::uint64_t> issued_;
  std::map<Issued, std::uint64_t> requests_;  ///< that the dots were issued for
  std::set<Issued> witnessed_;                ///< by another replica
  std::map<PartitionId, std::uint64_t> in_doubt_;
  std::map<ring::Key, PartitionId> keys_;                                            ///< that were written
  std::map<std::pair<ring::Key, std::uint64_t>, std::vector<causal::Dot>> digests_;  ///< of which live dots
  std::map<std::pair<ClusterId, Epoch>, Bytes> rings_;
  std::vector<Violation> violations_;
};

}  // namespace starling::sim
