#include "node/messages.hpp"

namespace starling::node {

void MessageDispatch::operator()(wire::ForwardWrite&& message) {
  if (rooms.life != Rooms::Life::ready) {
    // Before its actors are confirmed this node must not coordinate a write.
    wire::ForwardReply refusal{.request = message.request, .result = {}};
    refusal.result.error = Error{ErrorCode::not_ready, "the replica cannot take the write: " + rooms.waiting()};
    return out.send(from, std::move(refusal));
  }
  rooms.book.on_epoch_seen(from, message.epoch, now, out);
  rooms.coordinator->on_forward(from, std::move(message), rooms.serving(now), out);
}

void MessageDispatch::hear_of(BytesView ring) {
  if (!rooms.book.ring()) return;
  if (auto news = rooms.book.examine(from, ring, out)) rooms.changes.take(rooms, *std::move(news), now, out);
}

void MessageDispatch::operator()(wire::JoinAsk&& message) {
  if (rooms.book.ring()) rooms.changes.on_join_ask(rooms, from, message, now, out);
}

void MessageDispatch::operator()(wire::JoinWelcome&& message) {
  if (!rooms.book.ring()) return found(message);
  if (!message.ring.empty()) hear_of(message.ring);
}

void MessageDispatch::operator()(wire::LineageAsk&& message) {
  if (rooms.book.ring()) rooms.new_lineage.on_message(from, message, rooms.view(now), out);
}

void MessageDispatch::operator()(wire::ChangeReport&& message) {
  rooms.book.on_epoch_seen(from, message.epoch, now, out);
  if (rooms.book.ring()) rooms.changes.on_report(rooms, from, message, now, out);
}

void MessageDispatch::operator()(wire::ActorCheck&& message) {
  if (const auto* ring = rooms.book.ring()) rooms.actor_witness.on_message(from, message, *ring, out);
}

void MessageDispatch::operator()(wire::ActorCheckReply&& message) { rooms.actor_check.on_reply(from, message, out); }

}  // namespace starling::node
