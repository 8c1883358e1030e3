#include "topology/joiner.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace starling::topology {

namespace {

constexpr Duration ask_period = 1s;
/// One of them will be there.
constexpr std::size_t members_asked = 8;

}  // namespace

void Joiner::ask(std::vector<Address> seeds, bool at_once, Instant now, port::Outbox& out) {
  seeds_ = std::move(seeds);
  at_once_ = at_once_ || at_once;
  if (stage_ != Stage::idle) return;
  stage_ = Stage::asking;
  ask_everybody(now, out);
}

void Joiner::stop() {
  stage_ = Stage::idle;
  ring_.reset();
  inviters_.clear();
  members_.clear();
  at_once_ = false;
}

void Joiner::on_invite(NodeId from, Instant now, port::Outbox& out) {
  if (std::ranges::count(inviters_, from) == 0) inviters_.push_back(from);
  at_once_ = true;
  if (stage_ == Stage::storing) return;
  stage_ = Stage::asking;
  ask_everybody(now, out);
}

void Joiner::ask_everybody(Instant now, port::Outbox& out) {
  const wire::JoinAsk ask{.node = config_.node,
                          .name = config_.name,
                          .zone = config_.zone,
                          .weight = config_.weight,
                          .peer = config_.peer,
                          .at_once = at_once_};
  for (const Address& seed : seeds_)
    if (seed != config_.peer) out.send(seed, ask);
  for (const Address& member : members_)
    if (std::ranges::count(seeds_, member) == 0) out.send(member, ask);
  for (const NodeId inviter : inviters_) out.send(inviter, ask);
  arm(now, out);
}

void Joiner::arm(Instant now, port::Outbox& out) {
  timer_ = tickets_.next();
  out.arm(timer_, now + ask_period);
}

void Joiner::on_timer(port::Ticket ticket, Instant now, port::Outbox& out) {
  if (stage_ == Stage::idle || ticket != timer_) return;
  if (asking()) return ask_everybody(now, out);
  arm(now, out);  // should the welcome not be kept, it asks again
}

void Joiner::on_welcome(NodeId from, const wire::JoinWelcome& welcome, port::Outbox& out) {
  if (!asking()) return;
  if (welcome.ring.empty()) return learn(welcome.contacts);
  auto ring = ring::decode_ring(welcome.ring);
  if (!ring) {
    return out.notice(port::NoticeKind::message_malformed, port::Severity::warning, from,
                      "welcomed us with a ring that is none: " + ring.error().message);
  }
  if (!ring->find(config_.node)) return;
  stage_ = Stage::storing;
  ring_ = std::move(*ring);
  cluster_ = {ring_->cluster(), welcome.secret, welcome.founder, welcome.contacts};
  for (const auto& contact : welcome.contacts)
    if (contact.node != config_.node) out.add(port::Introduce{contact.node, contact.peer});
  out.store(tickets_.next(), storage::SaveRecord{cluster_record_name, encode(cluster_)});
  save_ = tickets_.next();
  out.store(save_, storage::SaveRecord{ring_record_name, welcome.ring});
}

void Joiner::learn(const std::vector<wire::FoundingPropose::Contact>& contacts) {
  members_.clear();
  for (const auto& contact : contacts)
    if (members_.size() < members_asked && contact.peer != config_.peer) members_.push_back(contact.peer);
}

std::optional<Founded> Joiner::on_stored(port::Ticket ticket, const Result<storage::Answer>& answer) {
  if (stage_ != Stage::storing || ticket != save_) return std::nullopt;
  if (!answer) {
    stage_ = Stage::asking;
    ring_.reset();
    return std::nullopt;
  }
  Founded joined{cluster_, *std::move(ring_)};
  stop();
  return joined;
}

std::string Joiner::waiting_for() const {
  const std::string command = fmt::format("'kvcli cluster join {}'", config_.name.empty() ? "NODE" : config_.name);
  if (seeds_.empty() && inviters_.empty()) return "this node is in no cluster and has no seeds to ask: say " + command;
  if (!at_once_) return "this node waits for an operator to let it join: say " + command + " to a member";
  std::string asked;
  for (const Address& seed : seeds_) asked += (asked.empty() ? "" : ", ") + to_string(seed);
  return fmt::format("this node asks to join the cluster{}; see 'kvcli cluster status' there",
                     asked.empty() ? std::string(" that has invited it") : " of " + asked);
}

}  // namespace starling::topology
