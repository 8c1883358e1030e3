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

/// The suspicions under way, each with the instant at which it becomes a verdict.
class Suspicions {
 public:
  explicit Suspicions(const Profile& profile) : profile_(profile) {}

  /// Begins a suspicion, or shortens the one there is.
  void accuse(NodeId suspect, std::size_t accusers, std::size_t members, Instant now);
  void drop(NodeId suspect) { running_.erase(suspect); }
  /// Time in which we did not live does not count: whoever was suspected may have spoken.
  void postpone(Duration by);

  /// Takes out those whose time is over, sorted by id.
  std::vector<NodeId> take_expired(Instant now);
  /// When the next one is over.
  Instant deadline() const;

 private:
  struct Running {
    Instant since;
    SuspicionSpan span;
    Instant until;
  };
  Profile profile_;
  std::map<NodeId, Running> running_;
};

}  // namespace starling::membership
