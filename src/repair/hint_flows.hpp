#pragma once

#include <map>
#include <optional>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace starling::repair {

/// Hints that others are just handing over to this node (handoff/delivery.hpp), as their offers say: one before each
/// batch, and one of nothing at the end. Whatever they bring need not be pulled, so pulls wait for them; but not for
/// longer than `longest`, however many there are, and not for one that has fallen silent.
class HintFlows {
 public:
  explicit HintFlows(Duration longest) : longest_(longest) {}

  void on_offer(NodeId from, bool any, Instant now);
  void forget(NodeId peer) { last_offer_.erase(peer); }
  /// When pulls need not wait any more; nothing: they need not.
  std::optional<Instant> until(Instant now) const;

 private:
  Duration longest_;
  std::map<NodeId, Instant> last_offer_;
  Instant since_;
};

}  // namespace starling::repair
