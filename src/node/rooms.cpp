#include "node/rooms.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "node/peer_book.hpp"

namespace starling::node {

namespace {

constexpr Duration peers_period = 1s;
constexpr Duration stop_patience = 5s;

topology::FoundingConfig founding_config(const Config& config, const storage::BootRecord& boot) {
  return {.node = boot.node,
          .name = config.name,
          .zone = config.zone,
          .weight = config.weight,
          .peer = config.peer,
          .replicas = config.replicas,
          .partitions = config.partitions};
}

coordinator::Config coordinator_config(const Config& config) {
  coordinator::Config requests;
  requests.read = config.read;
  requests.write = config.write;
  requests.timeout = config.timeout;
  return requests;
}

wire::MemberUpdate self_update(const Config& config, const storage::BootRecord& boot) {
  return {.node = boot.node,
          .generation = boot.generation,
          .nonce = boot.nonce,
          .name = config.name,
          .zone = config.zone,
          .weight = config.weight,
          .peer = config.peer,
          .client = config.client};
}

/// Of the command that asks for it, not of its answer: by then the request may have been given up, and
/// storage keeps the hint all the same.
bool leaves_hint(const port::Effect& effect) {
  const auto* store = std::get_if<port::Store>(&effect);
  if (!store) return false;
  const auto* put = std::get_if<storage::Put>(&store->command);
  return (put && !put->hinted.empty()) || std::holds_alternative<storage::KeepHint>(store->command) ||
         std::holds_alternative<storage::KeepPayload>(store->command) ||
         std::holds_alternative<storage::MoveHints>(store->command);
}

bool founds_alone(const Config& config) {
  const bool no_seeds = config.seeds.empty() && !config.seeds_named;
  return config.init == InitMode::always || (config.init == InitMode::automatic && no_seeds);
}

}  // namespace

Rooms::Rooms(Config configured, storage::BootRecord booted, Random chance)
    : config(std::move(configured)),
      boot(std::move(booted)),
      random(chance),
      memory(recall(boot)),
      founding(founding_config(config, boot), memory.cluster, random.fork()),
      votes(boot.node, random.fork(), change_tickets),
      conductor(boot.node, votes, change_tickets),
      new_lineage(boot.node, Random(boot.nonce), change_tickets),
      membership(config.gossip, self_update(config, boot), random.fork()),
      replica({}, boot.node, random.fork()),
      handoff({.period = config.handoff_period}, boot.node, random.fork()),
      transfer(config.transfer, boot.node, Random(boot.nonce)),
      repair(config.repair, boot.node, transfer, random.fork()),
      recovering(boot),
      actor_check(boot.node, config.actor_patience, tickets),
      actor_witness(tickets) {}

void Rooms::start(Instant now, port::Outbox& out) {
  started = now;
  if (!memory.unreadable.empty()) return halt(memory.unreadable, out);
  if (!config.seeds.empty()) membership.on_seeds(config.seeds, now, out);
  if (memory.ring) {
    if (auto resumed = votes.resume(memory.vote); !resumed)
      return halt("the vote on the next ring in the data directory cannot be read: empty the directory", out);
    book.open(*memory.ring);
    enter_cluster(now, out);
    find_place(now, out);
  } else if (!memory.pending_founding.empty()) {
    // The vote binds, so a node that cannot read what it voted for must not go on without it.
    if (auto resumed = founding.resume(memory.pending_founding, now, out); !resumed)
      halt("the pending founding in the data directory cannot be read: empty the directory", out);
  } else if (founds_alone(config)) {
    founding.found_alone(now, out);
  } else {
    find_cluster(now, out);
  }
}

/// An invitation that cannot be read is as good as none: an operator will say it again.
void Rooms::find_cluster(Instant now, port::Outbox& out) {
  if (!memory.invitation.empty()) (void)founding.resume_joining(memory.invitation, now, out);
  if (config.init == InitMode::automatic) founding.ask_to_join(config.seeds, config.join_at_once, now, out);
}

/// A member serves when its actors are confirmed. A stranger in its own cluster has nothing to serve: what
/// it may have left over it hands over, and then it waits for an operator to take it in again.
void Rooms::find_place(Instant now, port::Outbox& out) {
  life = stranger() ? Life::waiting : Life::confirming;
  if (life == Life::waiting) return;
  founding.stop_asking();
  actor_check.start(now, out);
}

void Rooms::enter_cluster(Instant now, port::Outbox& out) {
  out.add(port::JoinedCluster{memory.cluster->cluster});
  recovering.start(*book.ring(), boot.node, tickets, out);
  coordinator.emplace(coordinator_config(config), boot.node, memory.cluster->secret, random.fork());
  membership.start(memory.cluster->cluster, book.epoch(), known_members(boot, *memory.cluster), now, out);
  membership.introduce_ourselves(out);
  handoff.start(view(now), out);
  transfer.on_ring(view(now), out);
  repair.start(view(now), out);
  votes.on_ring(*book.ring());
  changes.start(*this, now, out);
  peers_timer_ = tickets.next();
  out.arm(peers_timer_, now + peers_period);
}

void Rooms::become_ready(port::Outbox& out) {
  life = Life::ready;
  out.add(port::BecameReady{});
  out.notice(port::NoticeKind::node_ready, port::Severity::info, {},
             fmt::format("serves cluster {}", to_string(memory.cluster->cluster)));
}

void Rooms::after_step(std::size_t effects_before, Instant now, port::Outbox& out) {
  if (auto founded = founding.take_founded()) {
    memory.cluster = std::move(founded->cluster);
    const std::size_t members = founded->ring.members().size();
    book.open(std::move(founded->ring));
    out.notice(
        port::NoticeKind::cluster_founded, port::Severity::info, {},
        fmt::format("this node is one of {} members of cluster {} now", members, to_string(memory.cluster->cluster)));
    enter_cluster(now, out);
    if (life == Life::waiting) become_ready(out);  // nothing was ever written, so there is no actor to confirm
  }
  if (membership.self().generation > boot.generation && book.ring()) {
    boot.generation = membership.self().generation;
    actor_check.doubt_all(*book.ring(), out);
  }
  if (auto lacking = transfer.take_lacking()) repair.on_lacking(*std::move(lacking), view(now), out);
  if (book.ring()) see_to_losses(now, out);
  if (book.ring()) changes.after_step(*this, now, out);
  if (life == Life::waiting && book.ring() && !stranger()) find_place(now, out);
  // Whoever learns while it confirms its actors that it is no member any more has nothing to serve.
  if (life == Life::confirming && stranger()) life = Life::waiting;
  if (life == Life::confirming && actor_check.done()) become_ready(out);
  if (auto heard = membership.newer_epoch()) book.on_epoch_seen(heard->from, heard->epoch, now, out);
  heed_effects(effects_before, now, out);
  if (life == Life::stopping) finish_stop(now, out);
}

void Rooms::see_to_losses(Instant now, port::Outbox& out) {
  if (actor_check.rolled_back() && !std::exchange(rolled_back_, true)) {
    const auto ours = book.ring()->partitions_of(boot.node);
    recovering.add(ours, "was rolled back, as others know", tickets, out);
    repair.repair_now(ours, view(now), out);
    votes.doubt_votes(out);
  }
  if (const auto damaged = repair.take_damaged(); !damaged.empty()) {
    recovering.recover(damaged, *book.ring(), tickets, out);
    transfer.start_over(damaged, view(now), out);
    repair.start_over(damaged, view(now), out);
  }
  if (recovering.partitions().empty() || repair.progress() == reviewed_) return;
  reviewed_ = repair.progress();
  recovering.review([&](PartitionId partition) { return repair.caught_up(partition, view(now)); }, *book.ring(),
                    tickets, out);
}

/// Whatever waits for a member that is gone must not wait for its time-out; a hint is to be delivered one day.
void Rooms::heed_effects(std::size_t effects_before, Instant now, port::Outbox& out) {
  std::vector<NodeId> lost;
  std::vector<NodeId> unhinted;
  for (const auto& effect : std::span(out.effects()).subspan(effects_before)) {
    if (std::holds_alternative<port::Halt>(effect)) life = Life::halted;
    const auto* notice = std::get_if<port::Notice>(&effect);
    if (notice && (notice->kind == port::NoticeKind::member_died || notice->kind == port::NoticeKind::member_left))
      lost.push_back(notice->about);
    if (notice && notice->kind == port::NoticeKind::hint_refused) unhinted.push_back(notice->about);
  }
  if (!coordinator) return;
  for (NodeId node : lost) coordinator->on_peer_lost(node, view(now), out);
  for (NodeId node : unhinted) repair.on_hint_refused(node, view(now), out);
  // What was given up just now may have left some too.
  if (std::ranges::any_of(std::span(out.effects()).subspan(effects_before), leaves_hint))
    handoff.on_hint_left(view(now), out);
}

void Rooms::stop(Instant now, port::Outbox& out) {
  if (life == Life::stopping) return;
  life = Life::stopping;
  out.notice(port::NoticeKind::leaving, port::Severity::info, {}, "stops: finishes what is under way");
  membership.leave(now, out);
  stop_deadline_ = now + stop_patience;
  stop_timer_ = tickets.next();
  out.arm(stop_timer_, stop_deadline_);
}

void Rooms::finish_stop(Instant now, port::Outbox& out) {
  const bool idle = (!coordinator || coordinator->idle()) && replica.in_flight() == 0;
  if (now < stop_deadline_ && !(idle && membership.departed())) return;
  life = Life::halted;
  out.add(port::Halt{.failed = false, .why = {}});
}

void Rooms::halt(std::string why, port::Outbox& out) {
  life = Life::halted;
  out.add(port::Halt{.failed = true, .why = std::move(why)});
}

void Rooms::on_node_timer(port::Ticket ticket, Instant now, port::Outbox& out) {
  actor_check.on_timer(ticket, now, out);
  if (ticket != peers_timer_) return;
  if (peers_saved_ != membership.book_version()) {
    peers_saved_ = membership.book_version();
    peers_saving_ = tickets.next();
    out.store(peers_saving_, storage::SaveRecord{book_record_name, encode_book(membership.members())});
  }
  peers_timer_ = tickets.next();
  out.arm(peers_timer_, now + peers_period);
}

void Rooms::on_node_stored(port::Ticket ticket, const Result<storage::Answer>& answer, Instant now, port::Outbox& out) {
  actor_witness.on_stored(ticket, answer, out);
  recovering.on_stored(ticket, answer, tickets, out);
  if (book.ring()) actor_check.on_stored(ticket, answer, *book.ring(), now, out);
  if (ticket == peers_saving_ && !answer) peers_saved_ = 0;  // the disk was full: again with the next period
}

std::string Rooms::waiting() const {
  switch (life) {
    case Life::waiting: return stranger() ? changes.why_stranger(*this) : founding.waiting_for();
    case Life::confirming:
      return "it has just started and asks the other replicas what they know of its writes; try again in a few seconds";
    case Life::stopping:
    case Life::halted: return "it is stopping; ask another node";
    case Life::ready: break;
  }
  return {};
}

}  // namespace starling::node
