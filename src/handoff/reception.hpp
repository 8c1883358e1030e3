#pragma once

#include <cstdint>
#include <map>

#include "handoff/config.hpp"
#include "port/outbox.hpp"
#include "wire/messages.hpp"

namespace starling::handoff {

/// The receiving side. A node that comes back is owed something by all its neighbours at once, and
/// has clients to serve: it grants each of them so many objects at a time, all together no more
/// than its credits. A grant is for as long as the sender would wait for an answer; whoever is told 0
/// asks again.
class Reception {
 public:
  explicit Reception(const Config& config) : config_(config) {}

  void on_message(NodeId from, const wire::HandoffOffer& offer, Instant now, port::Outbox& out);
  std::uint32_t granted(Instant now) const;

 private:
  struct Grant {
    std::uint32_t credits{};
    Instant until;
  };

  Config config_;
  std::map<NodeId, Grant> grants_;
};

}  // namespace starling::handoff
