#include "topology/conductor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/ensure.hpp"
#include "base/planted.hpp"
#include "ring/change.hpp"

namespace starling::topology {

namespace {

/// Reports go to so many of those who would carry the change on, and to whoever asks.
constexpr std::size_t audience = 3;

bool says_the_same(const wire::ChangeReport& a, const wire::ChangeReport& b) {
  wire::ChangeReport as_a = b;
  as_a.reply_wanted = a.reply_wanted;
  return a == as_a;
}

std::vector<NodeId> reachable_voters(const port::View& view) {
  std::vector<NodeId> voters = view.ring.voters();
  std::erase_if(voters, [&](NodeId node) { return !view.peers.reachable(node); });
  return voters;
}

std::set<NodeId> newcomers_of(const ring::Ring& ring) {
  std::set<NodeId> newcomers;
  for (const PartitionId partition : ring.moving_partitions())
    if (const auto node = ring.newcomer(partition)) newcomers.insert(*node);
  return newcomers;
}

/// Nobody but us knows of an order before it is proposed.
std::unexpected<Error> too_late(bool proposed) {
  return proposed ? fail(ErrorCode::in_doubt,
                         "it has not begun yet, and may still do so; 'kvcli cluster status' shows what it waits for")
                  : fail(ErrorCode::not_ready,
                         "the ring cannot be changed just now; 'kvcli cluster status' shows what that waits for. Say "
                         "it again when it is there, or with --wait now");
}

}  // namespace

// --- What happens -----------------------------------------------------------------------------

void Conductor::on_ring(const Situation& now, port::Outbox& out) {
  const ring::Ring& ring = now.view.ring;
  since_ = now.view.now;
  ready_since_.reset();
  awaited_.clear();
  settle_orders(now);
  ring_ = ring;
  unbalanced_ = ring.settled() && rebalance(ring).has_value();
  report(now, out);
  judge(now, out);
}

void Conductor::on_report(NodeId from, const wire::ChangeReport& told, const Situation& now, port::Outbox& out) {
  // Those who are about to come report too, and nobody here knows for certain who they are.
  if (!now.view.ring.find(from) && !reports_.contains(from) && reports_.size() >= ring::members_max) return;
  reports_[from] = told;
  if (told.reply_wanted) {
    listeners_[from] = now.view.now + config_.listener_for;
    out.send(from, now.own);
  }
  judge(now, out);
}

void Conductor::on_peer_lost(NodeId peer) { reports_.erase(peer); }

void Conductor::on_timer(port::Ticket ticket, const Situation& now, port::Outbox& out) {
  if (ticket != timer_) return;
  armed_ = false;
  look(now, out);
}

void Conductor::look(const Situation& now, port::Outbox& out) {
  if (!ring_) return;
  report(now, out);
  judge(now, out);
}

void Conductor::change(port::ClientToken client, Intent intent, Instant deadline, const Situation& now,
                       port::Outbox& out) {
  orders_.push_back({.client = client, .intent = std::move(intent), .deadline = deadline});
  judge(now, out);
}

void Conductor::abort(port::ClientToken client, Instant deadline, const Situation& now, port::Outbox& out) {
  const ring::Ring& ring = now.view.ring;
  if (ring.stage() == ring::Stage::read_old) {
    orders_.push_back({.client = client, .abort = true, .intent = {}, .deadline = deadline});
    return judge(now, out);
  }
  auto error =
      ring.settled()
          ? fail(ErrorCode::invalid, "there is nothing to abort: no change is under way")
          : fail(ErrorCode::invalid,
                 "it is too late to abort: reads go to the new owners already. Let the change finish, and then "
                 "begin the opposite one");
  outcomes_.push_back({client, std::unexpected(std::move(error.error()))});
}

// --- What follows from it ---------------------------------------------------------------------

void Conductor::judge(const Situation& now, port::Outbox& out) {
  std::erase_if(orders_, [&](const Order& order) {
    if (now.view.now < order.deadline) return false;
    outcomes_.push_back({order.client, too_late(order.proposed)});
    return true;
  });
  if (!votes_.proposing() && now.view.ring.find(self_)) {
    awaited_.clear();
    if (auto next = next_ring(now)) votes_.propose(*next, now.view.now, out);
  }
  arm(now, out);
}

std::optional<ring::Ring> Conductor::next_ring(const Situation& now) {
  const ring::Ring& ring = now.view.ring;
  if (ring.settled()) return beginning(now);
  const auto aborted = std::ranges::find_if(orders_, &Order::abort);
  if (ring.stage() == ring::Stage::read_old && aborted != orders_.end()) return ring::abort_change(ring);
  const bool ready = ring.stage() == ring::Stage::read_old ? newcomers_hold(now) : sealed(now);
  if (!ready) {
    ready_since_.reset();
    return std::nullopt;
  }
  if (!our_turn(now)) return std::nullopt;
  return ring.stage() == ring::Stage::read_old ? ring::read_from_new(ring) : ring::settle(ring);
}

std::optional<ring::Ring> Conductor::beginning(const Situation& now) {
  joiner_since_ = now.joiners.empty() ? std::nullopt : std::optional(joiner_since_.value_or(now.view.now));
  if (!orders_.empty()) return begin_ordered(now);
  Intent intent{.come = now.joiners, .go = {}};
  std::erase_if(intent.come, [&](const ring::Member& joiner) { return now.view.ring.find(joiner.id) != nullptr; });
  if (!intent.empty()) {
    if (now.view.now < *joiner_since_ + config_.gather) return std::nullopt;
    auto begun = begin(now.view.ring, intent);
    return begun && newcomers_ready(*begun, now) ? std::optional(*std::move(begun)) : std::nullopt;
  }
  if (!unbalanced_ || !our_turn(now)) return std::nullopt;
  auto begun = rebalance(now.view.ring);
  return begun && newcomers_ready(*begun, now) ? begun : std::nullopt;
}

/// One after the other; what cannot be is told at once.
std::optional<ring::Ring> Conductor::begin_ordered(const Situation& now) {
  while (!orders_.empty()) {
    Order& order = orders_.front();
    auto begun = order.abort ? fail(ErrorCode::invalid, "the change is over: there is nothing to abort any more")
                             : begin(now.view.ring, order.intent);
    if (begun) {
      if (!newcomers_ready(*begun, now)) return std::nullopt;
      order.proposed = true;
      return *std::move(begun);
    }
    outcomes_.push_back({order.client, std::unexpected(std::move(begun.error()))});
    orders_.erase(orders_.begin());
  }
  return std::nullopt;
}

/// Whoever is to get partitions must be there, and must not hold any of its own that others may still need.
bool Conductor::newcomers_ready(const ring::Ring& begun, const Situation& now) {
  const ring::Ring& ring = now.view.ring;
  for (const NodeId node : newcomers_of(begun)) {
    if (ring.find(node) == nullptr) continue;
    const wire::ChangeReport* told = node == self_ ? &now.own : report_of(node, ring.epoch());
    if (told == nullptr || told->leftovers > 0 || !(node == self_ || now.view.peers.reachable(node)))
      awaited_.insert(node);
  }
  return awaited_.empty();
}

bool Conductor::newcomers_hold(const Situation& now) {
  if (planted(Bug::newcomer_not_awaited)) return true;
  const ring::Ring& ring = now.view.ring;
  std::set<NodeId> lacking;
  for (const PartitionId partition : ring.moving_partitions())
    for (const NodeId node : ring.fetchers(partition)) {
      const wire::ChangeReport* told = node == self_ ? &now.own : report_of(node, ring.epoch());
      if (told == nullptr || told->arriving > 0) lacking.insert(node);
    }
  bool enough = true;
  for (const PartitionId partition : ring.moving_partitions()) {
    const auto fetchers = ring.fetchers(partition);
    const auto left = std::ranges::count_if(fetchers, [&](NodeId node) { return lacking.contains(node); });
    const auto needed = fetchers.size() / 2 + 1;  // of those who stay a majority, and of one newcomer that one
    enough = enough && fetchers.size() - static_cast<std::size_t>(left) >= needed;
  }
  if (!enough) awaited_ = std::move(lacking);
  return enough;
}

/// No quorum of the old lists that goes by the stage before can be left, nor anybody be that would have to be told
/// that it has ended and can be.
bool Conductor::sealed(const Situation& now) {
  if (planted(Bug::seal_skipped)) return true;
  const ring::Ring& ring = now.view.ring;
  bool sealed = true;
  for (const PartitionId partition : ring.moving_partitions()) {
    const auto old = ring.write_lists(partition)[0];
    const std::size_t reads = old.size() / 2 + 1;
    std::size_t told = 0;
    bool all_told = true;
    for (const NodeId node : old) {
      const bool knows = at_least(node, ring.epoch(), now);
      told += knows ? 1 : 0;
      all_told = all_told && (knows || !now.view.peers.reachable(node));
      if (!knows) awaited_.insert(node);
    }
    sealed = sealed && all_told && told >= old.size() - reads + 1;
  }
  if (sealed) awaited_.clear();
  return sealed;
}

bool Conductor::at_least(NodeId node, Epoch epoch, const Situation& now) const {
  if (node == self_) return now.own.epoch >= epoch;
  const auto told = reports_.find(node);
  return told != reports_.end() && told->second.epoch >= epoch;
}

/// The one with the smallest id that can be reached begins; should it stop, the next one does.
bool Conductor::our_turn(const Situation& now) {
  if (!ready_since_) ready_since_ = now.view.now;
  const auto voters = reachable_voters(now.view);
  const auto before_us = std::ranges::count_if(voters, [&](NodeId node) { return node < self_; });
  return now.view.now >= *ready_since_ + before_us * config_.takeover;
}

const wire::ChangeReport* Conductor::report_of(NodeId node, Epoch epoch) const {
  const auto told = reports_.find(node);
  return told != reports_.end() && told->second.epoch == epoch ? &told->second : nullptr;
}

void Conductor::settle_orders(const Situation& now) {
  const ring::Ring& ring = now.view.ring;
  std::erase_if(orders_, [&](const Order& order) {
    const bool done =
        order.abort ? ring.settled() && ring_ && ring_->stage() == ring::Stage::read_old : fulfils(ring, order.intent);
    if (done) outcomes_.push_back({order.client, ChangeBegun{ring_ ? *ring_ : ring, ring}});
    return done;
  });
}

// --- Reports ----------------------------------------------------------------------------------

void Conductor::report(const Situation& now, port::Outbox& out) {
  const bool old_news = reported_ && says_the_same(*reported_, now.own) && now.view.now < report_again_;
  const bool asks = !awaited_.empty();
  if (old_news && !asks) return;
  reported_ = now.own;
  report_again_ = now.view.now + config_.report_again;
  std::erase_if(listeners_, [&](const auto& entry) { return entry.second <= now.view.now; });
  std::set<NodeId> to;
  for (const NodeId node : reachable_voters(now.view))
    if (to.size() < audience && node != self_) to.insert(node);
  for (const auto& [node, until] : listeners_) to.insert(node);
  for (const NodeId node : to)
    if (!awaited_.contains(node)) out.send(node, now.own);
  wire::ChangeReport asking = now.own;
  asking.reply_wanted = true;
  for (const NodeId node : awaited_)
    if (node != self_) out.send(node, asking);
}

void Conductor::listen(const Situation& now, port::Outbox& out) {
  wire::ChangeReport asking = now.own;
  asking.reply_wanted = true;
  for (const ring::Member& member : now.view.ring.members())
    if (member.id != self_ && now.view.peers.reachable(member.id)) out.send(member.id, asking);
}

bool Conductor::busy(const Situation& now) const {
  return !now.view.ring.settled() || !orders_.empty() || !now.joiners.empty() || unbalanced_;
}

void Conductor::arm(const Situation& now, port::Outbox& out) {
  if (armed_ || !busy(now)) return;
  armed_ = true;
  timer_ = tickets_.next();
  out.arm(timer_, now.view.now + config_.period);
}

}  // namespace starling::topology
