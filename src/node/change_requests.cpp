#include "node/change_requests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "node/change_reply.hpp"
#include "node/forced_removal.hpp"
#include "node/node_names.hpp"
#include "node/rooms.hpp"

namespace starling::node {

namespace {

using Kind = port::ChangeRequest::Kind;

constexpr Duration patience = 30s;
constexpr Duration invite_again = 500ms;

void refuse(port::ClientToken client, Error error, port::Outbox& out) {
  out.answer(client, port::Failure{.error = std::move(error), .acked = {}});
}

/// Which of the named nodes come, and which go.
bool comes(Kind kind, std::size_t place) { return kind == Kind::join || (kind == Kind::replace && place == 1); }

/// Gossip, and those who ask to be members of this ring: gossip has not told of them yet.
std::vector<Named> nameable(const Rooms& rooms, const ring::Ring& ring, Instant now) {
  return everybody(rooms.membership.members(), rooms.joiners.waiting(ring, now));
}

/// What the request means; nothing where somebody has to be invited first.
Result<std::optional<topology::Intent>> intent_of(const Rooms& rooms, const port::ChangeRequest& request, Instant now) {
  const auto joiners = rooms.joiners.waiting(*rooms.book.ring(), now);
  const auto known = everybody(rooms.membership.members(), joiners);
  topology::Intent intent{.come = {}, .go = {}, .swap = request.kind == Kind::replace};
  for (std::size_t place = 0; place < request.nodes.size(); ++place) {
    const auto& name = request.nodes[place];
    const auto node = find_node(name, known);
    if (!comes(request.kind, place)) {
      if (!node) return std::unexpected(node.error());
      intent.go.push_back(*node);
      continue;
    }
    const auto joiner = node ? std::ranges::find(joiners, *node, &wire::JoinAsk::node) : joiners.end();
    if (joiner != joiners.end())
      intent.come.push_back(member_of(*joiner));
    else if (node && rooms.book.ring()->find(*node))
      return fail(ErrorCode::invalid, fmt::format("'{}' is a member already", name.words));
    else if (name.address)
      return std::optional<topology::Intent>();
    else
      return fail(
          ErrorCode::not_found,
          fmt::format("no node that is called '{}' asks to join: start it with one of the members as a seed, or "
                      "name it by the host:port of its peer address",
                      name.words));
  }
  return intent;
}

/// `leave` is for nodes that hand over themselves what they have, `remove` for those that cannot any more.
Result<> check_presence(const Rooms& rooms, const port::ChangeRequest& request, const topology::Intent& intent) {
  for (const NodeId node : intent.go) {
    const bool there = rooms.membership.reachable(node);
    if (request.kind == Kind::leave && !there)
      return fail(
          ErrorCode::unavailable,
          "that node cannot be reached, so it cannot hand over what it has: start it again, or if it is lost for "
          "good, 'kvcli cluster remove' it");
  }
  return {};
}

}  // namespace

void ChangeRequests::dry_run(const Rooms& rooms, port::ClientToken client, const topology::Intent& intent, Instant now,
                             port::Outbox& out) const {
  const ring::Ring& ring = *rooms.book.ring();
  if (!ring.settled())
    return refuse(
        client, {ErrorCode::unavailable, "a change is under way: what another one would move is known when it is over"},
        out);
  auto begun = intent.empty() ? topology::rebalance(ring).value_or(ring) : topology::begin(ring, intent);
  if (!begun) return refuse(client, std::move(begun.error()), out);
  auto reply = change_reply(ring, topology::forecast(ring, *begun), nameable(rooms, ring, now), partition_bytes_);
  reply.epoch = ring.epoch();
  out.answer(client, std::move(reply));
}

void ChangeRequests::on_client(Rooms& rooms, port::ClientToken client, port::ChangeRequest request, Instant now,
                               port::Outbox& out) {
  if (request.kind == Kind::abort && !request.dry_run) {
    const Instant deadline = now + request.timeout.value_or(patience);
    const port::View view = rooms.view(now);
    return rooms.conductor.abort(client, deadline, {view, report_change(rooms, view), {}}, out);
  }
  Asked asked{client, std::move(request), {}};
  asked.deadline = now + asked.request.timeout.value_or(patience);
  const port::Ticket ticket = rooms.change_tickets.next();
  measured_.emplace(ticket, std::move(asked));
  out.store(ticket, storage::Measure{});
}

void ChangeRequests::on_stored(Rooms& rooms, port::Ticket ticket, const Result<storage::Answer>& answer, Instant now,
                               port::Outbox& out) {
  auto measured = measured_.extract(ticket);
  if (measured.empty()) return;
  const auto* found = answer ? std::get_if<storage::MeasureAnswer>(&*answer) : nullptr;
  // Of those that we own, some may have nothing in them yet; of others there may be something left.
  const auto owned = rooms.book.ring()->partitions_of(rooms.boot.node).size();
  partition_bytes_ = found && found->partitions > 0
                         ? std::optional(found->bytes / std::max<std::uint64_t>(owned, found->partitions))
                         : std::nullopt;
  begin(rooms, std::move(measured.mapped()), now, out);
}

void ChangeRequests::begin(Rooms& rooms, Asked asked, Instant now, port::Outbox& out) {
  if (asked.request.force) return force(rooms, asked, now, out);
  if (attend(rooms, asked, now, out)) return;
  invited_.push_back(std::move(asked));
  invite(rooms, now, out);
}

void ChangeRequests::force(Rooms& rooms, const Asked& asked, Instant now, port::Outbox& out) const {
  const auto gone = gone_for_good(rooms, asked.request.nodes);
  if (!gone) return refuse(asked.client, gone.error(), out);
  const port::View view = rooms.view(now);
  if (!asked.request.dry_run) return rooms.new_lineage.begin(asked.client, *gone, asked.deadline, view, out);
  const auto ring = rooms.new_lineage.forecast(*gone, view);
  if (!ring) return refuse(asked.client, ring.error(), out);
  auto reply = forced_reply(view.ring, *ring, nameable(rooms, view.ring, now), partition_bytes_);
  reply.epoch = view.ring.epoch();
  reply.may_be_lost = price_of(rooms, *gone, partition_bytes_);
  out.answer(asked.client, std::move(reply));
}

bool ChangeRequests::attend(Rooms& rooms, const Asked& asked, Instant now, port::Outbox& out) {
  auto intent = intent_of(rooms, asked.request, now);
  if (intent && !*intent) return false;
  auto possible = intent ? check_presence(rooms, asked.request, **intent) : std::unexpected(intent.error());
  if (!possible) {
    refuse(asked.client, std::move(possible.error()), out);
  } else if (asked.request.dry_run) {
    dry_run(rooms, asked.client, **intent, now, out);
  } else if ((*intent)->empty()) {
    refuse(asked.client, {ErrorCode::invalid, "a ring that is not balanced is changed without being asked to"}, out);
  } else {
    const port::View view = rooms.view(now);
    const topology::Situation situation{view, report_change(rooms, view), eager_joiners(rooms, now)};
    rooms.conductor.change(asked.client, **std::move(intent), asked.deadline, situation, out);
  }
  return true;
}

void ChangeRequests::invite(Rooms& rooms, Instant now, port::Outbox& out) {
  for (const Asked& asked : invited_)
    for (std::size_t place = 0; place < asked.request.nodes.size(); ++place)
      if (const auto& address = asked.request.nodes[place].address; address && comes(asked.request.kind, place))
        out.send(*address, wire::JoinInvite{contacts_of_members(rooms)});
  if (invited_.empty()) return;
  timer_ = rooms.change_tickets.next();
  out.arm(timer_, now + invite_again);
}

void ChangeRequests::on_join_ask(Rooms& rooms, Instant now, port::Outbox& out) {
  std::erase_if(invited_, [&](const Asked& asked) { return attend(rooms, asked, now, out); });
}

void ChangeRequests::on_timer(Rooms& rooms, port::Ticket ticket, Instant now, port::Outbox& out) {
  if (ticket != timer_) return;
  std::erase_if(invited_, [&](const Asked& asked) {
    if (now < asked.deadline) return false;
    refuse(asked.client,
           {ErrorCode::timed_out,
            "the node that is to join does not answer: check that kvnode runs there, that it is in no cluster yet, and "
            "that "
            "this is its peer address (listen.peer)"},
           out);
    return true;
  });
  invite(rooms, now, out);
}

void ChangeRequests::after_step(Rooms& rooms, Instant now, port::Outbox& out) {
  if (auto forced = rooms.new_lineage.take_outcome()) {
    auto& [client, result] = *forced;
    if (result)
      out.answer(client,
                 forced_reply(result->before, result->ring, nameable(rooms, result->before, now), partition_bytes_));
    else
      refuse(client, std::move(result.error()), out);
  }
  for (auto& [client, result] : rooms.conductor.take_outcomes()) {
    if (!result) {
      refuse(client, std::move(result.error()), out);
      continue;
    }
    // What was given up leads back to where it began: there is nothing to forecast.
    const topology::Forecast forecast =
        result->before.settled()
            ? topology::forecast(result->before, result->ring)
            : topology::Forecast{.begun = result->ring, .last = result->ring, .further_changes = 0, .moves_least = 0};
    out.answer(client, change_reply(result->before, forecast, nameable(rooms, result->before, now), partition_bytes_));
  }
}

}  // namespace starling::node
