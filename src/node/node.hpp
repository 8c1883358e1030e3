#pragma once

#include <memory>

#include "base/random.hpp"
#include "node/config.hpp"
#include "port/event.hpp"
#include "port/outbox.hpp"
#include "storage/boot_record.hpp"

namespace starling::node {

struct Rooms;

/// One node of the cluster: a deterministic state machine without clock, socket, thread or file.
/// It hands each event to the room that knows, and has no protocol logic of its own. The same
/// class runs under libuv in production and under the simulator.
class Node {
 public:
  Node(Config config, storage::BootRecord boot, Random random);
  ~Node();

  /// Once, before the first step: arms the first timers.
  void start(Instant now, port::Outbox& out);
  void step(port::Event event, Instant now, port::Outbox& out);

 private:
  std::unique_ptr<Rooms> rooms_;
};

}  // namespace starling::node
