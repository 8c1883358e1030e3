#include "node/ring_changes.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "node/rooms.hpp"

namespace starling::node {

namespace {

/// Where somebody may take us in, as seeds and members are found by now.
std::vector<Address> addresses(const Rooms& rooms) {
  std::vector<Address> addresses = rooms.config.seeds;
  for (const auto& contact : contacts_of_members(rooms)) addresses.push_back(contact.peer);
  return addresses;
}

bool is_new_lineage(const ring::Ring& before, const ring::Ring& ring) {
  return ring.lineages().size() > before.lineages().size();
}

/// Calls the conductor with what it has to know.
template <class Call>
void conduct(Rooms& rooms, Instant now, Call call) {
  const port::View view = rooms.view(now);
  call(topology::Situation{view, report_change(rooms, view), eager_joiners(rooms, now)});
}

}  // namespace

std::vector<wire::FoundingPropose::Contact> contacts_of_members(const Rooms& rooms) {
  std::vector<wire::FoundingPropose::Contact> contacts;
  for (const auto& member : rooms.membership.members())
    if (member.peer && rooms.book.ring()->find(member.node)) contacts.push_back({member.node, member.peer});
  return contacts;
}

wire::ChangeReport report_change(const Rooms& rooms, const port::View& view) {
  const auto& arrivals = rooms.transfer.arrivals();
  const auto& leftovers = rooms.transfer.leftovers();
  return {.epoch = view.ring.epoch(),
          .arriving = static_cast<std::uint32_t>(arrivals.missing()),
          .arrived = static_cast<std::uint32_t>(arrivals.held()),
          .rows = arrivals.rows(),
          .bytes = arrivals.bytes(),
          // Before it is known what is left, something may be.
          .leftovers = leftovers.known() ? static_cast<std::uint32_t>(leftovers.kept()) : 1,
          .waits_for = arrivals.waits_for(view)};
}

std::vector<ring::Member> eager_joiners(const Rooms& rooms, Instant now) {
  std::vector<ring::Member> joiners;
  for (const auto& ask : rooms.joiners.waiting(*rooms.book.ring(), now))
    if (ask.at_once) joiners.push_back(member_of(ask));
  return joiners;
}

ring::Member member_of(const wire::JoinAsk& ask) {
  return {.id = ask.node, .zone = ask.zone, .weight = ask.weight, .standing = ring::Standing::joining};
}

void RingChanges::start(Rooms& rooms, Instant now, port::Outbox& out) {
  conduct(rooms, now, [&](const auto& situation) { rooms.conductor.on_ring(situation, out); });
}

void RingChanges::take(Rooms& rooms, ring::Ring ring, Instant now, port::Outbox& out) {
  if (next_ && next_->epoch() >= ring.epoch()) return;
  if (is_new_lineage(*rooms.book.ring(), ring)) rooms.recovering.add_all_of(ring, rooms.boot.node, rooms.tickets, out);
  rooms.transfer.make_room(ring, rooms.view(now), out);
  next_ = std::move(ring);
}

void RingChanges::on_saved(Rooms& rooms, const Result<storage::Answer>& answer, Instant now, port::Outbox& out) {
  if (const auto before = rooms.book.on_stored(answer, out))
    adopt(rooms, *before, now, out);
  else if (!answer)
    rooms.new_lineage.give_up(answer.error());
}

/// The order matters: what this node has to do for the change must be known before anybody asks how far it has come.
void RingChanges::adopt(Rooms& rooms, const ring::Ring& before, Instant now, port::Outbox& out) {
  const ring::Ring& ring = *rooms.book.ring();
  rooms.membership.set_epoch(ring.epoch());
  rooms.votes.on_ring(ring);
  rooms.actor_check.on_ring(out);
  rooms.recovering.on_ring(ring, rooms.boot.node, rooms.tickets, out);
  rooms.transfer.on_ring(rooms.view(now), out);
  rooms.repair.on_ring(rooms.view(now), out);
  if (is_new_lineage(before, ring)) {
    rooms.recovering.add_all_of(ring, rooms.boot.node, rooms.tickets, out);
    rooms.repair.start_over(ring.partitions_of(rooms.boot.node), rooms.view(now), out);
  }
  rooms.new_lineage.on_ring(before, ring);
  rooms.coordinator->on_ring(rooms.view(now), out);
  rooms.joiners.on_ring(ring, *rooms.memory.cluster, contacts_of_members(rooms), out);
  conduct(rooms, now, [&](const auto& situation) { rooms.conductor.on_ring(situation, out); });
  if (decided_here_ != ring.epoch()) return;
  std::set<NodeId> others;
  for (const ring::Member& member : before.members()) others.insert(member.id);
  for (const ring::Member& member : ring.members()) others.insert(member.id);
  others.erase(rooms.boot.node);
  for (const NodeId other : others) out.send(other, wire::RingIs{encode(ring)});
}

void RingChanges::on_join_ask(Rooms& rooms, NodeId from, const wire::JoinAsk& ask, Instant now, port::Outbox& out) {
  if (rooms.stranger() || !rooms.coordinator) return;
  rooms.joiners.on_message(from, ask, *rooms.book.ring(), *rooms.memory.cluster, contacts_of_members(rooms), now, out);
  rooms.change_requests.on_join_ask(rooms, now, out);
  conduct(rooms, now, [&](const auto& situation) { rooms.conductor.look(situation, out); });
}

void RingChanges::on_report(Rooms& rooms, NodeId from, const wire::ChangeReport& report, Instant now,
                            port::Outbox& out) {
  // Somebody waits for us, perhaps with partitions that were ours before.
  if (report.reply_wanted && rooms.book.ring()->settled()) rooms.transfer.forgo_grace();
  if (report.epoch < rooms.book.epoch()) out.send(from, wire::RingIs{encode(*rooms.book.ring())});
  conduct(rooms, now, [&](const auto& situation) { rooms.conductor.on_report(from, report, situation, out); });
}

void RingChanges::on_timer(Rooms& rooms, port::Ticket ticket, Instant now, port::Outbox& out) {
  rooms.votes.on_timer(ticket, now, out);
  rooms.change_requests.on_timer(rooms, ticket, now, out);
  rooms.new_lineage.on_timer(ticket, now, out);
  conduct(rooms, now, [&](const auto& situation) { rooms.conductor.on_timer(ticket, situation, out); });
}

void RingChanges::ask_around(Rooms& rooms, Instant now, port::Outbox& out) {
  if (rooms.book.ring()->settled()) return;
  conduct(rooms, now, [&](const auto& situation) { rooms.conductor.listen(situation, out); });
}

void RingChanges::after_step(Rooms& rooms, Instant now, port::Outbox& out) {
  if (auto decided = rooms.votes.take_decided(); decided && rooms.book.is_news(*decided)) {
    decided_here_ = decided->epoch();
    take(rooms, *std::move(decided), now, out);
  }
  if (auto agreed = rooms.new_lineage.take_decided()) {
    decided_here_ = agreed->epoch();
    if (rooms.book.is_news(*agreed))
      take(rooms, *std::move(agreed), now, out);
    else
      rooms.new_lineage.give_up({ErrorCode::unavailable, "the ring is just changing: say it again"});
  }
  if (next_ && rooms.transfer.leftovers().has_room()) rooms.book.take(*std::exchange(next_, std::nullopt), out);
  const std::size_t arriving = rooms.transfer.arrivals().missing();
  const std::size_t kept = rooms.transfer.leftovers().kept();
  const bool further =
      std::exchange(arriving_, arriving) != arriving || (std::exchange(leftovers_, kept) != kept && kept == 0);
  if (further) conduct(rooms, now, [&](const auto& situation) { rooms.conductor.look(situation, out); });
  rooms.change_requests.after_step(rooms, now, out);

  if (rooms.conductor.awaited().contains(rooms.boot.node) && rooms.book.ring()->settled()) rooms.transfer.forgo_grace();
  was_member_ = was_member_ || rooms.life == Rooms::Life::ready;  // only a member becomes that
  if (!rooms.stranger()) {
    told_to_ask_.reset();
    return;
  }
  if (!rooms.transfer.leftovers().known_by_now()) return;
  const bool handed_over = rooms.transfer.leftovers().not_handed_over() == 0;
  if (was_member_ && handed_over && rooms.life != Rooms::Life::stopping) {
    out.notice(port::NoticeKind::leaving, port::Severity::info, {},
               "is no member any more, and has handed over all it had");
    rooms.stop(now, out);
  }
  if (was_member_) return;
  rooms.transfer.forgo_grace();
  if (kept > 0) return;
  if (auto known = addresses(rooms); told_to_ask_ != known) {
    told_to_ask_ = known;
    rooms.founding.ask_to_join(std::move(known), false, now, out);
  }
}

std::string RingChanges::why_stranger(const Rooms& rooms) const {
  if (rooms.transfer.leftovers().kept() > 0 || !rooms.transfer.leftovers().known())
    return "it is no member of its cluster any more, and hands over what it still has; then it can join again";
  return "it is no member of its cluster any more: 'kvcli cluster join' at a member takes it in again";
}

}  // namespace starling::node
