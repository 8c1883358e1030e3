#pragma once

#include <cstdint>
#include <map>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "ring/ring.hpp"

namespace starling::port {

/// What a room that sends requests needs to know of the others: whether it is worth asking.
/// Membership answers it; liveness never changes ownership.
class Peers {
 public:
  virtual ~Peers() = default;
  /// Alive or only suspected, and its connection not known to be broken. We ourselves always are.
  virtual bool reachable(NodeId node) const = 0;
};

/// What a step of such a room sees of the world around it. Cheap: built anew for each step.
struct View {
  const ring::Ring& ring;
  const Peers& peers;
  Instant now;
  Instant served_at{};                            ///< when this node was last asked to read or write something
  const std::map<NodeId, std::uint64_t>* owed{};  ///< how many writes this node keeps for others that missed them

  /// What it does in large pieces keeps nobody waiting.
  bool quiet() const { return now >= served_at + 1s; }
  /// What it answers may be old.
  bool is_behind(NodeId node) const { return owed != nullptr && owed->contains(node); }
};

}  // namespace starling::port
