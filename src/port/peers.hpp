#pragma once

#include "base/ids.hpp"

namespace starling::port {

/// What a room that sends requests needs to know of the others: whether it is worth asking.
/// Membership answers it; liveness never changes ownership.
class Peers {
 public:
  virtual ~Peers() = default;
  /// Alive or only suspected, and its connection not known to be broken. We ourselves always are.
  virtual bool reachable(NodeId node) const = 0;
};

}  // namespace starling::port
