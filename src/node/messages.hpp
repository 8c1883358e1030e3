#pragma once

#include <utility>

#include "node/rooms.hpp"

namespace starling::node {

/// Hands one message to the room that knows. A node without a ring takes part in foundings only.
struct MessageDispatch {
  Rooms& rooms;
  NodeId from;
  Instant now;
  port::Outbox& out;

  void operator()(wire::ReadRequest&& message) { serve<wire::ReadReply>(std::move(message)); }
  void operator()(wire::MergeRequest&& message) { serve<wire::MergeReply>(std::move(message)); }
  void operator()(wire::StandInRequest&& message) { serve<wire::MergeReply>(std::move(message)); }
  void operator()(wire::ScanRequest&& message) { serve<wire::ScanReply>(std::move(message)); }
  void operator()(wire::ForwardWrite&& message);

  void operator()(wire::ReadReply&& message) {
    repair(std::as_const(message));
    deliver(std::move(message), message.error);
  }
  void operator()(wire::MergeReply&& message) {
    hand_off(message);  // Each of the three knows its own requests.
    repair(std::as_const(message));
    deliver(std::move(message), message.error);
  }
  void operator()(wire::ScanReply&& message) { deliver(std::move(message), message.error); }
  void operator()(wire::ForwardReply&& message) { deliver(std::move(message), message.result.error); }

  void operator()(wire::ActorCheck&& message);
  void operator()(wire::ActorCheckReply&& message);
  void operator()(wire::RingFetch&& message) { rooms.book.on_message(from, message, out); }
  void operator()(wire::RingIs&& message) { hear_of(message.ring); }

  void operator()(wire::HandoffOffer&& message) {
    hand_off(message);
    repair(std::as_const(message));
  }
  void operator()(wire::HandoffGrant&& message) { hand_off(message); }

  void operator()(wire::RepairMarks&& message) { repair_with_ring_of(std::move(message)); }
  void operator()(wire::RepairViews&& message) { repair(std::move(message)); }
  void operator()(wire::PullRequest&& message) { transfer_with_ring_of(std::move(message)); }
  void operator()(wire::PullReply&& message) {
    transfer(message);  // Each of the two knows its own requests.
    repair(message);
  }
  void operator()(wire::SumsRequest&& message) { repair_with_ring_of(std::move(message)); }
  void operator()(wire::SumsReply&& message) { repair(std::move(message)); }
  void operator()(wire::DigestsRequest&& message) { repair_with_ring_of(std::move(message)); }
  void operator()(wire::DigestsReply&& message) { repair(std::move(message)); }

  void operator()(wire::FoundingProbe&& message) { found(message); }
  void operator()(wire::FoundingProbeReply&& message) { found(message); }
  void operator()(wire::FoundingPropose&& message) { found(message); }
  void operator()(wire::FoundingVote&& message) { found(message); }
  void operator()(wire::FoundingQuery&& message) { found(message); }
  void operator()(wire::FoundingDecision&& message) { found(message); }

  void operator()(wire::PaxosPrepare&& message) { vote(message); }
  void operator()(wire::PaxosPromise&& message) { vote(message); }
  void operator()(wire::PaxosAccept&& message) { vote(message); }
  void operator()(wire::PaxosAccepted&& message) { vote(message); }
  void operator()(wire::JoinAsk&& message);
  void operator()(wire::JoinInvite&& message) { found(message); }
  void operator()(wire::JoinWelcome&& message);
  void operator()(wire::ChangeReport&& message);
  void operator()(wire::LeftoverOffer&& message) { transfer_with_ring_of(std::move(message)); }
  void operator()(wire::LeftoverReply&& message) { transfer(std::as_const(message)); }

  void operator()(wire::LineageAsk&& message);
  void operator()(wire::LineageReply&& message) { rooms.new_lineage.on_message(from, message); }

  void operator()(wire::StreamPing&& message) { rooms.membership.on_message(from, message, now, out); }
  void operator()(wire::StreamAck&& message) { rooms.membership.on_message(from, message, now, out); }
  void operator()(wire::PushPull&& message) { rooms.membership.on_message(from, message, now, out); }

 private:
  /// Only what somebody waits for makes this node one that serves.
  template <class Request>
  static bool nobody_waits(const Request& request) {
    if constexpr (requires { request.background; })
      return request.background;
    else
      return false;
  }

  template <class Reply, class Request>
  void serve(Request request) {
    if (!rooms.book.ring()) {
      // Said, not left to a time-out: the sender asks another replica at once.
      Error error{ErrorCode::not_ready, "the replica cannot serve: " + rooms.waiting()};
      return out.send(from, Reply{.request = request.request, .error = std::move(error)});
    }
    const Epoch epoch = request.epoch;
    const auto view = nobody_waits(request) ? rooms.view(now) : rooms.serving(now);
    const auto sender = rooms.replica.on_message(from, std::move(request), view.ring, now, out);
    if (sender == replica::SenderRing::newer) rooms.book.on_epoch_seen(from, epoch, now, out);
  }

  template <class Reply>
  void deliver(Reply&& reply, const std::optional<Error>& error) {
    if (!rooms.coordinator) return;
    if (error && error->code == ErrorCode::stale_ring)
      rooms.book.on_epoch_seen(from, Epoch{rooms.book.epoch().value + 1}, now, out);
    rooms.coordinator->on_message(from, std::move(reply), rooms.view(now), out);
  }

  template <class Message>
  void hand_off(const Message& message) {
    if (rooms.book.ring()) rooms.handoff.on_message(from, message, rooms.view(now), out);
  }

  template <class Message>
  void transfer(Message&& message) {
    if (rooms.book.ring()) rooms.transfer.on_message(from, std::forward<Message>(message), rooms.view(now), out);
  }

  template <class Message>
  void repair(Message&& message) {
    if (rooms.book.ring()) rooms.repair.on_message(from, std::forward<Message>(message), rooms.view(now), out);
  }

  template <class Request>
  void transfer_with_ring_of(Request&& request) {
    rooms.book.on_epoch_seen(from, request.epoch, now, out);
    transfer(std::forward<Request>(request));
  }

  template <class Request>
  void repair_with_ring_of(Request&& request) {
    rooms.book.on_epoch_seen(from, request.epoch, now, out);
    repair(std::forward<Request>(request));
  }

  /// Who has just started may be a copy of a member, or have forgotten votes: that is told before it is ready.
  template <class Message>
  void vote(const Message& message) {
    if (rooms.book.ring() && rooms.life != Rooms::Life::confirming) rooms.votes.on_message(from, message, now, out);
  }

  void hear_of(BytesView ring);

  template <class Message>
  void found(const Message& message) {
    rooms.founding.on_message(from, message, now, out);
  }
};

}  // namespace starling::node
