#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/ids.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "coordinator/config.hpp"
#include "port/client.hpp"
#include "port/event.hpp"
#include "port/outbox.hpp"
#include "wire/messages.hpp"

namespace starling::coordinator {

/// Carries clients' requests to the replicas and brings back one answer for each: done, refused
/// (nothing happened) or, for a write, in doubt. Dynamo §4.5.
///
/// Every request has a deadline and is answered by it at the latest, exactly once. What is under
/// way is bounded; beyond that the answer is `overloaded` at once. The node calls it only once it
/// has a ring, and passes on every answer of storage and every timer whose ticket names this room;
/// late ones, and replies to what is no longer under way, are ignored.
class Coordinator {
 public:
  Coordinator(Config config, NodeId self, Secret secret, Random random);
  ~Coordinator();
  Coordinator(Coordinator&&) noexcept;
  Coordinator& operator=(Coordinator&&) noexcept;

  void on_client(port::ClientToken client, port::GetRequest request, const View& view, port::Outbox& out);
  void on_client(port::ClientToken client, port::PutRequest request, WallTime wall, const View& view,
                 port::Outbox& out);
  void on_client(port::ClientToken client, port::ScanRequest request, const View& view, port::Outbox& out);

  /// A client's write from a node that is no replica of its key. One under another version
  /// of its partition than ours is refused with `stale_ring`; fetching a newer ring is the node's affair.
  void on_forward(NodeId from, wire::ForwardWrite request, const View& view, port::Outbox& out);

  void on_message(NodeId from, wire::ReadReply reply, const View& view, port::Outbox& out);
  void on_message(NodeId from, wire::MergeReply reply, const View& view, port::Outbox& out);
  void on_message(NodeId from, wire::ScanReply reply, const View& view, port::Outbox& out);
  void on_message(NodeId from, wire::ForwardReply reply, const View& view, port::Outbox& out);

  void on_storage(std::uint64_t number, Result<storage::Answer> answer, const View& view, port::Outbox& out);
  void on_timer(std::uint64_t number, const View& view, port::Outbox& out);
  /// The node goes by a newer ring: what is under way goes on under that.
  void on_ring(const View& view, port::Outbox& out);
  /// Its connection broke, or membership gave it up: whatever waits for it moves on at once.
  void on_peer_lost(NodeId peer, const View& view, port::Outbox& out);

  /// Requests that somebody waits for.
  std::size_t in_flight() const;
  /// Nothing is under way at all, nor does any write listen for its last replicas.
  bool idle() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace starling::coordinator
