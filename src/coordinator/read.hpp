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

  Read(ring::Key key, port::QuorumLevel r) : key_(std::move(key)), r_(r) {}

  /// Asks whom the ring names now; may be called again, under a new number.
  Outcome begin(Step& step);
  Outcome on_storage(Result<storage::Answer> answer, Step& step);
  Outcome on_reply(NodeId from, wire::ReadReply reply, Step& step);
  Outcome on_late(Step& step);
  Outcome on_peer_lost(NodeId peer, Step& step);
  void on_ring(const Step& step);
  /// The replicas are others by now, or some went by another ring: it has to begin again.
  bool outdated() const { return outdated_; }

  const ring::Key& key() const { return key_; }

 private:
  std::optional<std::uint32_t> awaited(NodeId from) const;
  void ask(std::uint32_t place, bool full, Step& step);
  Outcome failed(std::uint32_t place, ErrorCode why, Step& step);
  Outcome give_up(Step& step);
  Outcome take_digest(std::uint32_t place, std::uint64_t digest, Step& step);
  Outcome take_object(std::uint32_t place, causal::Object object, Step& step);
  void compare(std::uint64_t digest);
  Outcome conclude(Step& step);
  causal::Object everything_heard(Step& step);
  Outcome compare_in_full(Step& step);
  void wake_when_late(Step& step) const;

  /// One attempt, under one version of the partition.
  struct Attempt {
    Attempt(const ReplicaSet& replicas, std::uint32_t needed);

    PartitionId partition;
    Epoch version;
    Asking full;   ///< its votes are the states that we hold
    Quorum heard;  ///< the replicas that have told us a state or its digest
    std::uint32_t asked_in_full{};
    bool joining{};  ///< they differ: only full answers count now
    bool agree{true};
    bool somebody_late{};
    bool stalled{};  ///< too few can answer until all go by the same ring
    std::optional<std::uint64_t> digest;
    Instant began;
    std::vector<FullAnswer> answers;
  };

  ring::Key key_;
  port::QuorumLevel r_;
  std::optional<Attempt> attempt_;
  bool outdated_{};
};

}  // namespace starling::coordinator
