#pragma once

#include <map>
#include <optional>

#include "gateway/session.hpp"
#include "node/node.hpp"
#include "ring/key.hpp"
#include "storage/memory/memory_engine.hpp"
#include "storage/shard.hpp"

namespace starling::fuzz {

/// Node 1 of a cluster of three, with a disk in memory and one client; its peers 2 and 3 are played
/// by the input. Whatever it does is held to what a node promises the world, see check().
class LoneNode {
 public:
  explicit LoneNode(bool has_ring);

  static Address address_of(NodeId node);
  static PartitionId partition_of(const ring::Key& key);

  void step(port::Event event);
  void hear_client(BytesView bytes);
  void pass(Duration time);
  /// Nothing more comes; every client is answered within its time.
  void settle();

  bool halted() const { return halted_; }
  /// The request that this peer was sent last.
  wire::RequestId last_asked(NodeId peer) { return last_asked_[peer]; }

 private:
  struct CarryOut;

  void carry_out();
  void check(const wire::Message& message) const;

  storage::MemoryEngine engine_;
  storage::Shard shard_;
  gateway::Session client_;
  node::Node node_;
  port::Outbox out_;
  Instant now_{};
  std::multimap<Instant, port::Ticket> timers_;
  std::map<NodeId, wire::RequestId> last_asked_;
  bool was_copied_{};
  bool halted_{};
};

}  // namespace starling::fuzz
