#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "membership/config.hpp"

namespace starling::membership {

/// How long a suspicion may last (Lifeguard §IV-B, "LHA-Suspicion"): it starts at the maximum and
/// shrinks with each independent accuser, so that a single ill accuser has to wait for long and a
/// member which everybody misses is declared dead soon.
struct SuspicionSpan {
  Duration min{};          ///< α · max(1, log10 n) · probe period
  Duration max{};          ///< β · min
  std::uint32_t wanted{};  ///< K: accusers beyond the first that bring it down to `min`

  /// `members` counts everybody, ourselves and the suspect included.
  static SuspicionSpan of(const Profile& profile, std::size_t members);
  /// max(min, max − (max − min) · log(c + 1) / log(K + 1)), c = accusers beyond the first.
  Duration lasting(std::size_t accusers) const;
};

/// The suspicions under way, each with the instant at which it becomes a verdict. A probe period before
/// that comes the last call: the suspect is told once more, by each who still suspects it, for the gossip
/// that told it, or its refutation, may have passed one of us by.
class Suspicions {
 public:
  explicit Suspicions(const Profile& profile) : profile_(profile) {}

  /// Begins a suspicion, or shortens the one there is.
  void accuse(NodeId suspect, std::size_t accusers, std::size_t members, Instant now);
  void drop(NodeId suspect) { running_.erase(suspect); }
  /// Time in which we did not live does not count: whoever was suspected may have spoken.
  void postpone(Duration by);

  /// Whose last call is due, sorted by id; each once.
  std::vector<NodeId> take_last_calls(Instant now);
  /// Takes out those whose time is over, sorted by id.
  std::vector<NodeId> take_expired(Instant now);
  /// When the next of either is due.
  Instant deadline() const;

 private:
  struct Running {
    Instant since;
    SuspicionSpan span;
    Instant until;
    bool called{};
  };
  Instant next_of(const Running& running) const;

  Profile profile_;
  std::map<NodeId, Running> running_;
};

}  // namespace starling::membership
