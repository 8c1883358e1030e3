#include "node/events.hpp"

#include "node/inquiries.hpp"
#include "node/messages.hpp"

namespace starling::node {

void EventDispatch::operator()(port::MessageArrived&& event) {
  std::visit(MessageDispatch{rooms, event.from, now, out}, std::move(event.message));
}

void EventDispatch::operator()(port::DatagramArrived&& event) {
  rooms.membership.on_datagram(event.from, event.bytes, now, out);
}

void EventDispatch::operator()(port::TimerElapsed&& event) {
  switch (event.ticket.room) {
    case port::Room::membership: return rooms.membership.on_timer(event.ticket.number, now, out);
    case port::Room::topology: return rooms.founding.on_timer(event.ticket, now, out);
    case port::Room::coordinator:
      if (rooms.coordinator) rooms.coordinator->on_timer(event.ticket.number, rooms.view(now), out);
      return;
    case port::Room::replica: return;
    case port::Room::handoff:
      if (rooms.book.ring()) rooms.handoff.on_timer(event.ticket, rooms.view(now), out);
      return;
    case port::Room::transfer:
      if (rooms.book.ring()) rooms.transfer.on_timer(event.ticket, rooms.view(now), out);
      return;
    case port::Room::repair:
      if (rooms.book.ring()) rooms.repair.on_timer(event.ticket, rooms.view(now), out);
      return;
    case port::Room::node: return rooms.on_node_timer(event.ticket, now, out);
    case port::Room::change:
      if (rooms.book.ring()) rooms.changes.on_timer(rooms, event.ticket, now, out);
      return;
  }
}

void EventDispatch::operator()(port::StorageAnswered&& event) {
  const std::optional<Error> failed = !event.answer && event.answer.error().code == ErrorCode::storage_failed
                                          ? std::optional(event.answer.error())
                                          : std::nullopt;
  switch (event.ticket.room) {
    case port::Room::membership: break;
    case port::Room::topology:
      if (event.ticket != topology::RingBook::save_ticket)
        rooms.founding.on_stored(event.ticket, event.answer, now, out);
      else
        rooms.changes.on_saved(rooms, event.answer, now, out);
      break;
    case port::Room::coordinator:
      if (rooms.coordinator)
        rooms.coordinator->on_storage(event.ticket.number, std::move(event.answer), rooms.view(now), out);
      break;
    case port::Room::replica: rooms.replica.on_storage(event.ticket.number, std::move(event.answer), now, out); break;
    case port::Room::handoff:
      if (rooms.book.ring()) rooms.handoff.on_storage(event.ticket, std::move(event.answer), rooms.view(now), out);
      break;
    case port::Room::transfer:
      if (rooms.book.ring()) rooms.transfer.on_storage(event.ticket, std::move(event.answer), rooms.view(now), out);
      break;
    case port::Room::repair:
      if (rooms.book.ring()) rooms.repair.on_storage(event.ticket, std::move(event.answer), rooms.view(now), out);
      break;
    case port::Room::change:
      rooms.votes.on_stored(event.ticket, event.answer, now, out);
      rooms.change_requests.on_stored(rooms, event.ticket, event.answer, now, out);
      break;
    case port::Room::node: rooms.on_node_stored(event.ticket, event.answer, now, out); break;
  }
  if (!failed) return;
  out.notice(port::NoticeKind::storage_poisoned, port::Severity::error, {}, failed->message);
  rooms.halt("storage failed, and what it holds of the last writes is unknown until it is read anew: " +
                 failed->message + ". Check the disk, then start the node again",
             out);
}

void EventDispatch::operator()(port::ClientAsked&& event) {
  std::visit(InquiryDispatch{rooms, event.token, event.wall, now, out}, std::move(event.request));
}

void EventDispatch::operator()(port::PeerConnected&& event) {
  rooms.membership.on_connected(event.node);
  rooms.actor_check.on_connected(event.node, out);
  if (!rooms.book.ring()) return;
  rooms.handoff.on_connected(event.node, rooms.view(now), out);
  rooms.transfer.on_connected(event.node, rooms.view(now), out);
  rooms.repair.on_connected(event.node, rooms.view(now), out);
}

void EventDispatch::operator()(port::PeerDisconnected&& event) {
  rooms.membership.on_disconnected(event.node);
  rooms.handoff.on_peer_lost(event.node);
  rooms.transfer.on_peer_lost(event.node);
  rooms.repair.on_peer_lost(event.node);
  rooms.conductor.on_peer_lost(event.node);
  if (rooms.coordinator) rooms.coordinator->on_peer_lost(event.node, rooms.view(now), out);
}

void EventDispatch::operator()(port::SeedsResolved&& event) {
  if (!event.seeds.empty()) {          // else the names could not be looked up just now
    rooms.config.seeds = event.seeds;  // where a stranger asks (RingChanges)
    if (!rooms.book.ring()) rooms.founding.on_seeds(event.seeds);
  }
  rooms.membership.on_seeds(std::move(event.seeds), now, out);
}

void EventDispatch::operator()(port::StopAsked&&) { rooms.stop(now, out); }

}  // namespace starling::node
