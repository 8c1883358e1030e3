#include "topology/founder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ring/plan.hpp"

namespace starling::topology {

namespace {

Secret random_secret(Random& random) {
  Secret secret;
  for (auto& byte : secret) byte = static_cast<std::uint8_t>(random.below(256));
  return secret;
}

std::string title(const wire::FoundingProbeReply& who, const Address& at) {
  return fmt::format("node '{}' ({})", who.name, to_string(at));
}

}  // namespace

Founder::Founder(const FoundingConfig& config, std::optional<port::ClientToken> client, Random& random,
                 port::Tickets& tickets)
    : config_(config), tickets_(tickets), client_(client) {
  cluster_ = {.cluster = {random.nonzero()}, .secret = random_secret(random), .founder = config.node};
  proposal_.request = {random.nonzero()};
}

void Founder::begin(const std::vector<Address>& addresses, Instant now, port::Outbox& out) {
  for (const Address& address : addresses) {
    const bool known =
        address == config_.peer || std::ranges::any_of(peers_, [&](const Peer& p) { return p.asked == address; });
    if (!known) peers_.push_back({.asked = address, .request = {proposal_.request.value + peers_.size() + 1}});
  }
  if (peers_.empty()) return propose(now, out);
  enter(Stage::probing, now, out);
}

void Founder::on_probe_reply(NodeId from, const wire::FoundingProbeReply& reply, Instant now, port::Outbox& out) {
  if (stage_ != Stage::probing || reply.node != from) return;
  auto peer = std::ranges::find(peers_, reply.request, &Peer::request);
  if (peer == peers_.end() || peer->probed) return;
  if (reply.cluster)
    return give_up({ErrorCode::wrong_cluster,
                    fmt::format("{} already belongs to cluster {} and cannot be a founding member of cluster {}: leave "
                                "it out, or found only with nodes whose data directories are empty",
                                title(reply, peer->asked), to_string(reply.cluster), to_string(cluster_.cluster))},
                   out);
  peer->probed = reply;
  if (std::ranges::all_of(peers_, [](const Peer& p) { return p.probed.has_value(); })) propose(now, out);
}

void Founder::propose(Instant now, port::Outbox& out) {
  if (!merge_duplicates(out)) return;
  auto ring = plan_ring();
  if (!ring) return give_up(std::move(ring.error()), out);
  ring_ = std::move(*ring);

  proposal_.founder = config_.node;
  proposal_.ring = encode(*ring_);
  proposal_.secret = cluster_.secret;
  proposal_.contacts.push_back({config_.node, config_.peer});
  for (const Peer& peer : peers_) {
    proposal_.contacts.push_back({peer.probed->node, peer.probed->peer});
    out.add(port::Introduce{peer.probed->node, peer.asked});
  }
  cluster_.contacts = proposal_.contacts;
  if (peers_.empty()) return commit(out);
  enter(Stage::proposing, now, out);
}

/// One node may have been named by two of its addresses; two nodes may not be one.
bool Founder::merge_duplicates(port::Outbox& out) {
  std::vector<Peer> distinct;
  for (Peer& peer : peers_) {
    const auto same = std::ranges::find(distinct, peer.probed->node, [](const Peer& p) { return p.probed->node; });
    const bool ourselves = peer.probed->node == config_.node;
    const Address known = ourselves ? config_.peer : same != distinct.end() ? same->probed->peer : peer.probed->peer;
    if (known != peer.probed->peer) {
      give_up({ErrorCode::invalid,
               fmt::format("{} and {} say they are the same node {}: one data directory is a copy of the other; "
                           "empty it and start that node again",
                           to_string(known), to_string(peer.probed->peer), to_string(peer.probed->node))},
              out);
      return false;
    }
    if (!ourselves && same == distinct.end()) distinct.push_back(std::move(peer));
  }
  peers_ = std::move(distinct);
  return true;
}

Result<ring::Ring> Founder::plan_ring() const {
  std::vector<ring::Member> members{{config_.node, config_.zone, config_.weight}};
  for (const Peer& peer : peers_) members.push_back({peer.probed->node, peer.probed->zone, peer.probed->weight});
  std::ranges::sort(members, {}, &ring::Member::id);
  auto assignment = ring::plan(members, config_.partitions, config_.replicas);
  if (!assignment) return std::unexpected(std::move(assignment.error()));
  return ring::Ring::make(cluster_.cluster, Epoch{1}, config_.replicas, std::move(members), std::move(*assignment));
}

void Founder::on_vote(NodeId from, const wire::FoundingVote& vote, port::Outbox& out) {
  if (stage_ != Stage::proposing || vote.request != proposal_.request) return;
  auto peer = std::ranges::find(peers_, from, [](const Peer& p) { return p.probed->node; });
  if (peer == peers_.end()) return;
  if (!vote.accepted)
    return give_up({ErrorCode::denied, fmt::format("{} refused: {}", title(*peer->probed, peer->asked), vote.reason)},
                   out);
  peer->voted = true;
  if (std::ranges::all_of(peers_, &Peer::voted)) commit(out);
}

void Founder::commit(port::Outbox& out) {
  stage_ = Stage::committing;
  out.store(tickets_.next(), storage::SaveRecord{cluster_record_name, encode(cluster_)});
  commit_ = tickets_.next();
  out.store(commit_, storage::SaveRecord{ring_record_name, proposal_.ring});
}

std::optional<Founded> Founder::on_stored(port::Ticket ticket, const Result<storage::Answer>& answer,
                                          port::Outbox& out) {
  if (stage_ != Stage::committing || ticket != commit_) return std::nullopt;
  if (!answer) {
    // A failed engine may or may not have kept the ring: the node stops, and its next start reads which.
    if (answer.error().code == ErrorCode::storage_failed) return std::nullopt;
    give_up(answer.error(), out);
    return std::nullopt;
  }
  stage_ = peers_.empty() ? Stage::finished : Stage::announcing;
  if (client_) {
    const auto members = static_cast<std::uint32_t>(ring_->members().size());
    out.answer(*client_, port::InitReply{.cluster = cluster_.cluster, .members = members});
  }
  if (!peers_.empty()) send_round(out);
  return Founded{cluster_, *ring_};
}

void Founder::on_acknowledged(NodeId from) {
  if (stage_ != Stage::announcing) return;
  auto peer = std::ranges::find(peers_, from, [](const Peer& p) { return p.probed->node; });
  if (peer != peers_.end()) peer->acknowledged = true;
  if (std::ranges::all_of(peers_, &Peer::acknowledged)) stage_ = Stage::finished;
}

void Founder::on_timer(port::Ticket ticket, Instant now, port::Outbox& out) {
  if (ticket != timer_ || stage_ == Stage::finished) return;
  if (stage_ < Stage::committing && now >= deadline_) return give_up_on_silent(out);
  send_round(out);
  timer_ = tickets_.next();
  out.arm(timer_, now + config_.resend_period);
}

void Founder::give_up_on_silent(port::Outbox& out) {
  std::string silent;
  for (const Peer& peer : peers_) {
    const bool answered = stage_ == Stage::probing ? peer.probed.has_value() : peer.voted;
    if (!answered) silent += (silent.empty() ? "" : ", ") + to_string(peer.asked);
  }
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(config_.patience).count();
  give_up({ErrorCode::unavailable,
           fmt::format("no answer from {} within {} s: check that kvnode runs there and that these are peer addresses "
                       "(listen.peer); no cluster was founded",
                       silent, seconds)},
          out);
}

void Founder::give_up(Error error, port::Outbox& out) {
  if (stage_ == Stage::committing) {
    out.store(tickets_.next(), storage::SaveRecord{ring_record_name, {}});
    out.store(tickets_.next(), storage::SaveRecord{cluster_record_name, {}});
  }
  if (stage_ >= Stage::proposing)
    for (const Peer& peer : peers_)
      out.send(peer.probed->node, wire::FoundingDecision{cluster_.cluster, wire::FoundingOutcome::aborted});
  stage_ = Stage::finished;
  out.notice(port::NoticeKind::founding_refused, port::Severity::warning, {}, error.message);
  if (client_) out.answer(*client_, port::Failure{.error = std::move(error), .acked = {}});
}

void Founder::enter(Stage stage, Instant now, port::Outbox& out) {
  stage_ = stage;
  deadline_ = now + config_.patience;
  send_round(out);
  timer_ = tickets_.next();
  out.arm(timer_, now + config_.resend_period);
}

/// What this stage says, to everybody who has not answered it yet.
void Founder::send_round(port::Outbox& out) {
  for (const Peer& peer : peers_) {
    if (stage_ == Stage::probing && !peer.probed) out.send(peer.asked, wire::FoundingProbe{peer.request});
    if (stage_ == Stage::proposing && !peer.voted) out.send(peer.probed->node, proposal_);
    if (stage_ == Stage::announcing && !peer.acknowledged)
      out.send(peer.probed->node, wire::FoundingDecision{cluster_.cluster, wire::FoundingOutcome::committed});
  }
}

}  // namespace starling::topology
