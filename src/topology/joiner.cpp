#include "topology/joiner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "wire/codec.hpp"

namespace starling::topology {

namespace {

constexpr Duration ask_period = 1s;
/// At a time.
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
  invitation_.reset();
  inviters_.clear();
  members_.clear();
  at_once_ = false;
}

void Joiner::on_invite(NodeId from, wire::JoinInvite invite, Instant now, port::Outbox& out) {
  if (stage_ == Stage::storing || invitation_) return;
  if (std::ranges::count(inviters_, from) > 0) return ask_everybody(now, out);
  Bytes record;
  wire::encode(wire::Message(invite), record);
  invitation_ = {from, std::move(invite)};
  invitation_save_ = tickets_.next();
  out.store(invitation_save_, storage::SaveRecord{invitation_record_name, std::move(record)});
}

Result<void> Joiner::resume(BytesView invitation_record, Instant now, port::Outbox& out) {
  auto message = wire::decode_message(invitation_record);
  if (!message) return std::unexpected(std::move(message.error()));
  auto* invite = std::get_if<wire::JoinInvite>(&*message);
  if (!invite) return fail(ErrorCode::malformed, "the record of an invitation is something else");
  follow({{}, std::move(*invite)}, now, out);
  return {};
}

void Joiner::follow(Invitation invitation, Instant now, port::Outbox& out) {
  if (invitation.from) inviters_.push_back(invitation.from);
  learn(invitation.invite.contacts);
  at_once_ = true;
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
  for (const Address& member : next_members())
    if (std::ranges::count(seeds_, member) == 0) out.send(member, ask);
  for (const NodeId inviter : inviters_) out.send(inviter, ask);
  arm(now, out);
}

std::vector<Address> Joiner::next_members() {
  const std::size_t count = std::min(members_.size(), members_asked);
  const auto rest = members_.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<Address> next(members_.begin(), rest);
  std::rotate(members_.begin(), rest, members_.end());
  return next;
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
  std::set<Address> known(members_.begin(), members_.end());
  known.insert(config_.peer);
  for (const auto& contact : contacts)
    if (members_.size() < ring::members_max && known.insert(contact.peer).second) members_.push_back(contact.peer);
}

std::optional<Founded> Joiner::on_stored(port::Ticket ticket, const Result<storage::Answer>& answer, Instant now,
                                         port::Outbox& out) {
  if (invitation_ && ticket == invitation_save_) {
    auto invitation = *std::exchange(invitation_, std::nullopt);
    if (answer && stage_ != Stage::storing) follow(std::move(invitation), now, out);
    return std::nullopt;  // what could not be saved is said again
  }
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
  if (seeds_.empty() && inviters_.empty() && members_.empty())
    return "this node is in no cluster and has no seeds to ask: say " + command;
  if (!at_once_) return "this node waits for an operator to let it join: say " + command + " to a member";
  std::string asked;
  for (const Address& seed : seeds_) asked += (asked.empty() ? "" : ", ") + to_string(seed);
  return fmt::format("this node asks to join the cluster{}; see 'kvcli cluster status' there",
                     asked.empty() ? std::string(" that has invited it") : " of " + asked);
}

}  // namespace starling::topology
