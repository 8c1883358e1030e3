#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "coordinator/step.hpp"

namespace starling::coordinator {

/// The stand-ins of one sloppy write: members that are no replicas and keep it durably, each for one
/// replica that cannot take it now. One that cannot either is followed by the next. Dynamo §4.6.
class StandIns {
 public:
  /// In the order in which they are asked.
  explicit StandIns(std::vector<NodeId> candidates) : candidates_(std::move(candidates)) {}

  /// How many of them can be reached.
  std::uint32_t reachable(const Step& step) const;
  /// Whom to ask for this replica; nobody while one has been asked and has not refused, nor when none is left.
  std::optional<NodeId> enlist(NodeId replica, const Step& step);
  /// False for an answer that nobody waits for.
  bool on_answer(NodeId from, bool kept);

  /// Those that have it durably.
  std::vector<NodeId> keepers() const;
  /// Replicas for which one has it.
  std::vector<NodeId> kept_for() const;
  /// Replicas for which one has it or may still take it.
  std::vector<NodeId> hoped_for() const;

 private:
  enum class State : std::uint8_t { asked, keeps, failed };
  struct StandIn {
    NodeId node;
    NodeId replica;
    State state{};
  };

  std::vector<NodeId> candidates_;
  std::size_t next_{};  ///< of the candidates
  std::vector<StandIn> asked_;
};

}  // namespace starling::coordinator
