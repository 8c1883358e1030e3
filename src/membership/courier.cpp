#include "membership/courier.hpp"

#include <algorithm>

#include "base/ensure.hpp"
#include "membership/precedence.hpp"
#include "wire/codec.hpp"

namespace starling::membership {

namespace {

/// The count of the updates takes two bytes more from the sixteenth on.
constexpr std::size_t count_growth_bytes = 2;
/// No update is smaller; with less room there is no use in looking for one that fits.
constexpr std::size_t update_bytes_min = 48;
/// So many that do not fit any more, and the datagram is full: the queue may be long.
constexpr std::size_t misfits_max = 4;

}  // namespace

void Courier::send(const Letter& letter, port::Outbox& out) {
  if (!letter.to) return;  // a member that only the ring has told us of
  wire::Datagram datagram = envelope(letter);
  Bytes bytes = wire::encode(datagram);
  if (bytes.size() > letter.bytes_max) return;

  const std::size_t room = letter.bytes_max - bytes.size();
  if (room > count_growth_bytes) add_updates(letter, room - count_growth_bytes, datagram.updates);
  if (datagram.updates.empty()) {
    if (std::holds_alternative<wire::Gossip>(letter.body)) return;
  } else {
    bytes = wire::encode(datagram);
  }
  ensure(bytes.size() <= letter.bytes_max, "a datagram over its bound");
  out.send_datagram(letter.to, std::move(bytes));
}

void Courier::send_bare(const Letter& letter, port::Outbox& out) {
  Bytes bytes = wire::encode(envelope(letter));
  if (bytes.size() <= letter.bytes_max) out.send_datagram(letter.to, std::move(bytes));
}

wire::Datagram Courier::envelope(const Letter& letter) const {
  return {.cluster = cluster_, .from = view_.self().id(), .epoch = epoch_, .body = letter.body, .updates = {}};
}

void Courier::add_updates(const Letter& letter, std::size_t room, std::vector<wire::MemberUpdate>& updates) {
  const auto add = [&](const wire::MemberUpdate& update) {
    const std::size_t bytes = wire::encoded_size(update);
    if (bytes > room) return Fit::passed_over;
    room -= bytes;
    updates.push_back(update);
    return Fit::taken;
  };
  const wire::MemberUpdate* reader = view_.find(letter.reader);
  const NodeId us = view_.self().id();
  if (reader && reader->node != us && reader->state != wire::MemberState::alive) add(*reader);
  const bool may_not_know_us = !reader || !is_live(reader->state);
  if (may_not_know_us) add(view_.self().statement());

  std::size_t misfits = 0;
  view_.news().offer(sends_max(multiplier_, view_.size()), [&](NodeId node) {
    if (room < update_bytes_min || misfits == misfits_max) return Fit::full;
    if (node == letter.reader || (may_not_know_us && node == us)) return Fit::passed_over;
    const Fit fit = add(*view_.find(node));
    misfits += fit == Fit::passed_over;
    return fit;
  });
}

}  // namespace starling::membership
