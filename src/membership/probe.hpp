#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "membership/courier.hpp"
#include "membership/rotation.hpp"
#include "membership/schedule.hpp"

namespace starling::membership {

/// The failure detector (SWIM §3.1): in each period one member is pinged; if it does not answer in
/// time, k others are asked to ping it, and at the same time we knock at its stream (for where
/// datagrams are dropped). No answer to any of them by the end of the period: it failed.
///
/// Lifeguard §IV-A: period and time-out grow with our own ill health, and a helper that has no answer
/// either says so (a nack) in time; one that says nothing makes us doubt ourselves.
class Prober {
 public:
  Prober(const Profile& profile, const View& view, Courier& courier, Random random);

  /// The first period begins at a random instant, so that nodes started together do not probe in step.
  void start(Instant now);
  void add(NodeId newcomer) { rotation_.add(newcomer, random_); }

  /// The end of a period without an answer.
  struct Failure {
    NodeId target;
    bool missed_nacks{};  ///< some helper said nothing at all
  };
  /// Does what is due, up to a failure: our health may change by it, so the next period begins when asked again.
  std::optional<Failure> advance(Instant now, port::Outbox& out);
  /// True if this answers the probe under way, for the first time.
  bool on_ack(NodeId from, std::uint64_t sequence);
  void on_nack(NodeId from, std::uint64_t sequence);
  /// Gives up the probe under way without a verdict.
  void abandon(Instant now);

  Instant deadline() const { return deadline_; }

 private:
  enum class Stage { idle, direct, indirect, answered };
  void begin_period(Instant now, port::Outbox& out);
  void ask_others(Instant now, port::Outbox& out);

  Profile profile_;
  const View& view_;
  Courier& courier_;
  Random random_;
  Rotation rotation_;

  Stage stage_{Stage::idle};
  NodeId target_;
  std::uint64_t sequence_{};
  Instant deadline_{never};
  Instant period_end_;
  Duration patience_{};  ///< from the time-out to the end of the period
  std::vector<NodeId> helpers_;
  std::vector<NodeId> silent_helpers_;
};

}  // namespace starling::membership
