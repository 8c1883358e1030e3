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
  /// Whom to ask for the replica at this place; nobody while one has been asked and has not refused,
  /// nor when none is left.
  std::optional<NodeId> enlist(std::uint32_t place, const Step& step);
  /// False for an answer that nobody waits for.
  bool on_answer(NodeId from, bool kept);

  /// Those that have it durably.
  std::vector<NodeId> keepers() const;
  std::uint32_t votes() const { return count(State::keeps); }
  /// Those that have it or may still take it.
  std::uint32_t hopeful() const { return votes() + count(State::asked); }

 private:
  enum class State : std::uint8_t { asked, keeps, failed };
  struct StandIn {
    NodeId node;
    std::uint32_t place{};  ///< of the replica
    State state{};
  };

  std::uint32_t count(State state) const;

  std::vector<NodeId> candidates_;
  std::size_t next_{};  ///< of the candidates
  std::vector<StandIn> asked_;
};

}  // namespace starling::coordinator
