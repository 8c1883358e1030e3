#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "node/node.hpp"
#include "runtime/clients.hpp"
#include "runtime/datagrams.hpp"
#include "runtime/disk_thread.hpp"
#include "runtime/peer_links.hpp"
#include "runtime/timers.hpp"

namespace starling::runtime {

/// Drives a Node in the real world. What happens during a turn of the loop is queued as events; at
/// its end the node is stepped through all of them, reads are made, commands are handed to the disk
/// thread, and last every connection that has something to say is written once.
///
/// Nothing here calls back into the node while it steps, and no connection is destroyed while one
/// of its own calls is under way.
class Driver final : public EventSink {
 public:
  Driver(Loop& loop, Log& log, node::Node& node, ShardLane& lane, const wire::Hello& hello, Random random);

  Result<> listen(const Address& peers, const Address& clients);
  void start();
  /// Called once, when the node can serve.
  void on_ready(std::function<void()> ready) { ready_ = std::move(ready); }
  /// Asks the node to say goodbye; run() of the loop returns when it has.
  void stop();

  void handle(port::Event event) override { events_.push_back(std::move(event)); }
  /// Why the loop was stopped.
  const std::optional<port::Halt>& halted() const { return halted_; }

 private:
  void end_turn();
  void step_all();
  void tick();

  void carry_out(port::SendMessage& effect) { links_.send(effect.to, effect.message); }
  void carry_out(port::SendToAddress& effect) { links_.send(effect.to, effect.message); }
  void carry_out(port::SendDatagram& effect) { datagrams_.send(effect.to, effect.bytes); }
  void carry_out(port::Introduce& effect) { links_.introduce(effect.node, effect.address); }
  void carry_out(port::ArmTimer& effect) { timers_.arm(effect.ticket, effect.at); }
  void carry_out(port::Store& effect) { disk_.submit(effect.ticket, std::move(effect.command)); }
  void carry_out(port::AnswerClient& effect);
  void carry_out(port::JoinedCluster& effect) { links_.join(effect.cluster); }
  void carry_out(port::BecameReady&);
  void carry_out(port::Halt& effect);
  void carry_out(port::Notice& effect) { log_.notice(effect); }
  void add_counters(port::StatsReply& reply) const;

  Loop& loop_;
  Log& log_;
  node::Node& node_;
  std::vector<port::Event> events_;
  std::vector<port::Event> stepping_;
  port::Outbox outbox_;
  std::optional<port::Halt> halted_;
  std::function<void()> ready_;

  WriteQueue writes_;
  Timers timers_;
  Datagrams datagrams_;
  PeerLinks links_;
  Clients clients_;
  Handle<uv_timer_t> ticking_;
  Handle<uv_timer_t> patience_;
  DiskThread disk_;
};

}  // namespace starling::runtime
