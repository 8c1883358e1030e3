#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "handoff/config.hpp"
#include "port/step.hpp"

namespace starling::handoff {

/// One reaction of a delivery.
struct Step : port::Step {
  const Config& config;
};

/// Brings one node up to what it is owed, a batch at a time: offer, be granted so many, list them,
/// send each key's present state as a merge, and settle the hints of those that were acknowledged,
/// which is after they are durable there. One pass goes over all hints once; what could not be
/// delivered keeps its hint, and the next pass tries again. Dynamo §4.6.
///
/// What the target is owed of partitions that the present ring does not give it is owed to their
/// present replicas instead, and so is everything where the target is no member any more.
class Delivery {
 public:
  explicit Delivery(NodeId target) : target_(target) {}

  bool idle() const { return stage_ == Stage::idle; }
  /// Goes on with the pass, or begins one. Nothing while one is under way or the target is not reachable.
  void begin(std::uint64_t owed, Step& step);

  void on_grant(const wire::HandoffGrant& grant, Step& step);
  /// These two are false for an answer to somebody else.
  bool on_storage(port::Ticket ticket, Result<storage::Answer>& answer, Step& step);
  bool on_reply(const wire::MergeReply& reply, Step& step);
  void on_timer(Step& step);
  void on_peer_lost();

 private:
  enum class Stage : std::uint8_t { idle, offered, granted, listing, delivering, settling };

  void begin_batch(Step& step);
  void offer(Step& step);
  void list(std::uint32_t hints_max, Step& step);
  void deliver(storage::ListHintsAnswer page, Step& step);
  void move_on(std::vector<storage::HintedObject> strays, Step& step);
  void settle(Step& step);
  void next_batch(Step& step);

  NodeId target_;
  Stage stage_{Stage::idle};
  std::uint64_t owed_{};
  ring::Key after_;        ///< the pass has come so far
  ring::Key complete_to_;  ///< with this batch it will have come so far; empty bytes: to the end
  wire::RequestId offer_;
  std::uint32_t credits_{};
  port::Ticket waiting_;
  Instant deadline_;
  bool trouble_{};                                                 ///< in this batch: the next one can wait
  std::map<std::uint64_t, storage::SettleHints::Delivered> sent_;  ///< by request
  std::vector<storage::SettleHints::Delivered> delivered_;
};

}  // namespace starling::handoff
