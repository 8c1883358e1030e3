#pragma once

#include <cstdint>
#include <map>

#include "handoff/config.hpp"
#include "port/outbox.hpp"
#include "wire/messages.hpp"

namespace starling::handoff {

/// The receiving side. A node that comes back is owed something by all its neighbours at once, and
/// has clients to serve: it grants each of them so many objects at a time, all together no more
/// than its credits. While it serves anybody its neighbours take turns, with time for everybody else in between: a
/// grant says after how long it holds. It is for as long as the sender would wait for an answer; whoever is told 0
/// asks again.
class Reception {
 public:
  explicit Reception(const Config& config) : config_(config) {}

  /// Clients come before what was missed, in the first second too, when nobody knows yet how many there are.
  void start(Instant now);
  void on_message(NodeId from, const wire::HandoffOffer& offer, const View& view, port::Outbox& out);
  std::uint32_t granted(Instant now) const;

 private:
  struct Grant {
    std::uint32_t credits{};
    Instant since;
    Instant until;
  };

  void end_turn(NodeId from, const View& view);
  wire::HandoffGrant grant(NodeId from, const wire::HandoffOffer& offer, const View& view);

  Config config_;
  std::map<NodeId, Grant> grants_;
  Duration turn_{};  ///< what the last one took
  Instant next_turn_;
};

}  // namespace starling::handoff
