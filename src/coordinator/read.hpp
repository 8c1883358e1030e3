#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/error.hpp"
#include "causal/object.hpp"
#include "coordinator/asking.hpp"
#include "coordinator/read_repair.hpp"
#include "coordinator/step.hpp"
#include "ring/key.hpp"
#include "storage/commands.hpp"
#include "wire/messages.hpp"

namespace starling::coordinator {

/// Reads one key at R replicas. The first is asked in full (the local one, if we are a replica),
/// the others for a digest of what lives. If all agree, the full answer stands for them; if not,
/// **all** of them are asked in full and their states joined, also one whose digest agreed with
/// the first: it may know of a delete that the first has not heard of. A replica that is asked
/// because another failed or is late is asked in full at once. Those that turn out to be behind are
/// repaired on the way. Dynamo §4.5, §5.
class Read {
 public:
  /// Nothing while under way. An error says that too few replicas could answer.
  using Outcome = std::optional<Result<causal::Object>>;

  Read(ring::Key key, PartitionId partition, const ReplicaSet& replicas, std::uint32_t needed);

  Outcome begin(Step& step);
  Outcome on_storage(Result<storage::Answer> answer, Step& step);
  Outcome on_reply(NodeId from, wire::ReadReply reply, Step& step);
  Outcome on_late(Step& step);
  Outcome on_peer_lost(NodeId peer, Step& step);

  const ring::Key& key() const { return key_; }
  const ReplicaSet& replicas() const { return full_.replicas(); }

 private:
  std::optional<std::uint32_t> awaited(NodeId from) const;
  void ask(std::uint32_t place, bool full, Step& step);
  Outcome failed(std::uint32_t place, ErrorCode why, Step& step);
  Outcome take_digest(std::uint32_t place, std::uint64_t digest, Step& step);
  Outcome take_object(std::uint32_t place, causal::Object object, Step& step);
  void compare(std::uint64_t digest);
  Outcome conclude(Step& step);
  causal::Object everything_heard(Step& step);
  Outcome compare_in_full(Step& step);
  void wake_when_late(Step& step) const;

  ring::Key key_;
  PartitionId partition_;
  Asking full_;   ///< its votes are the states that we hold
  Quorum heard_;  ///< the replicas that have told us a state or its digest
  std::uint32_t asked_in_full_{};
  bool joining_{};  ///< they differ: only full answers count now
  bool agree_{true};
  bool somebody_late_{};
  std::optional<std::uint64_t> digest_;
  Instant began_;
  std::vector<FullAnswer> answers_;
};

}  // namespace starling::coordinator
