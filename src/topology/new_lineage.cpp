#include "topology/new_lineage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ring/lineage.hpp"

namespace starling::topology {

namespace {

std::string ids_of(const auto& nodes) {
  std::string ids;
  for (const NodeId node : nodes) ids += (ids.empty() ? "" : ", ") + to_string(node);
  return ids;
}

bool is_one_of(std::span<const NodeId> nodes, NodeId node) { return std::ranges::find(nodes, node) != nodes.end(); }

/// Of those who are named, whom we can reach all the same.
std::vector<NodeId> alive(std::span<const NodeId> gone, const port::View& view) {
  std::vector<NodeId> alive;
  std::ranges::copy_if(gone, std::back_inserter(alive), [&](NodeId node) { return view.peers.reachable(node); });
  return alive;
}

Result<> check_loss(std::span<const NodeId> gone, const port::View& view) {
  const auto voters = view.ring.voters();
  const auto there = std::ranges::count_if(voters, [&](NodeId node) { return view.peers.reachable(node); });
  if (static_cast<std::size_t>(there) >= voters.size() / 2 + 1)
    return fail(ErrorCode::invalid, fmt::format("{} of {} members can be reached, which is a majority: 'kvcli cluster "
                                                "remove' without --force loses nothing",
                                                there, voters.size()));
  if (const auto found = alive(gone, view); !found.empty())
    return fail(
        ErrorCode::invalid,
        fmt::format("node {} can be reached: it is not gone for good. Name only those that are", ids_of(found)));
  return {};
}

Result<> check_survivors(std::span<const NodeId> gone, const port::View& view) {
  std::vector<NodeId> away;
  for (const ring::Member& member : view.ring.members())
    if (!is_one_of(gone, member.id) && !view.peers.reachable(member.id)) away.push_back(member.id);
  if (away.empty()) return {};
  return fail(ErrorCode::unavailable,
              fmt::format("node {} is not named and cannot be reached. All that are left have to agree: start it "
                          "again, or name it too, if it is gone for good",
                          ids_of(away)));
}

std::vector<NodeId> gone_in(const ring::Ring& next, const ring::Ring& ring) {
  std::vector<NodeId> gone;
  for (const ring::Member& member : ring.members())
    if (next.find(member.id) == nullptr) gone.push_back(member.id);
  return gone;
}

}  // namespace

Result<ring::Ring> NewLineage::forecast(std::span<const NodeId> gone, const port::View& view) {
  if (auto lost = check_loss(gone, view); !lost) return std::unexpected(std::move(lost.error()));
  if (auto here = check_survivors(gone, view); !here) return std::unexpected(std::move(here.error()));
  if (is_one_of(gone, self_)) return fail(ErrorCode::invalid, "this node is not gone: ask it for the others only");
  return ring::begin_lineage(view.ring, gone, {random_.nonzero()});
}

void NewLineage::begin(port::ClientToken client, std::span<const NodeId> gone, Instant deadline, const port::View& view,
                       port::Outbox& out) {
  auto ring = attempt_ || outcome_ ? fail(ErrorCode::unavailable, "somebody else has just asked for the same here")
                                   : forecast(gone, view);
  if (!ring) return out.answer(client, port::Failure{.error = std::move(ring.error()), .acked = {}});
  std::set<NodeId> silent;
  for (const ring::Member& member : ring->members())
    if (member.id != self_) silent.insert(member.id);
  attempt_ = {.client = client,
              .request = {random_.nonzero()},
              .base = view.ring.epoch(),
              .ring = *std::move(ring),
              .silent = std::move(silent),
              .deadline = deadline};
  ask(view.now, out);
}

void NewLineage::ask(Instant now, port::Outbox& out) {
  for (const NodeId node : attempt_->silent)
    out.send(node, wire::LineageAsk{attempt_->request, attempt_->base, encode(attempt_->ring)});
  timer_ = tickets_.next();
  out.arm(timer_, now + ask_period);
}

/// An older ring than ours, or one that we have missed, is not what we answer about: either side then learns of
/// the newer one.
void NewLineage::on_message(NodeId from, const wire::LineageAsk& ask, const port::View& view, port::Outbox& out) const {
  const auto reply = [&](std::string refusal) { out.send(from, wire::LineageReply{ask.request, std::move(refusal)}); };
  if (ask.base > view.ring.epoch()) return out.send(from, wire::RingFetch{});
  if (ask.base < view.ring.epoch()) {
    out.send(from, wire::RingIs{encode(view.ring)});
    return reply("goes by a newer ring already: look at the status, and say it again");
  }
  const auto next = ring::decode_ring(ask.ring);
  if (!next || !ring::begins_lineage(view.ring, *next) || next->find(self_) == nullptr)
    return reply("goes by another ring");
  if (attempt_) return reply("has been asked by somebody else to begin a new lineage");
  if (const auto found = alive(gone_in(*next, view.ring), view); !found.empty())
    return reply(fmt::format("can reach node {}, which is named as gone", ids_of(found)));
  reply({});
}

void NewLineage::on_message(NodeId from, const wire::LineageReply& reply) {
  if (!attempt_ || attempt_->decided || reply.request != attempt_->request) return;
  if (reply.refusal.empty())
    attempt_->silent.erase(from);
  else if (attempt_->silent.contains(from))
    end(fail(ErrorCode::unavailable, fmt::format("node {} does not agree: it {}", to_string(from), reply.refusal)));
}

std::optional<ring::Ring> NewLineage::take_decided() {
  if (!attempt_ || attempt_->decided || !attempt_->silent.empty()) return std::nullopt;
  attempt_->decided = true;
  return attempt_->ring;
}

void NewLineage::on_ring(const ring::Ring& before, const ring::Ring& ring) {
  if (!attempt_) return;
  if (ring == attempt_->ring) return end(ChangeBegun{before, ring});
  end(fail(ErrorCode::unavailable, "the ring has changed meanwhile: look at the status, and say it again"));
}

/// What is decided is being saved, and may be the ring already should we stop here.
void NewLineage::on_timer(port::Ticket ticket, Instant now, port::Outbox& out) {
  if (!attempt_ || attempt_->decided || ticket != timer_) return;
  if (now < attempt_->deadline) return ask(now, out);
  end(fail(ErrorCode::unavailable, fmt::format("node {} does not answer. All that are left have to agree: start it "
                                               "again, or name it too, if it is gone for good",
                                               ids_of(attempt_->silent))));
}

void NewLineage::give_up(Error why) {
  if (attempt_ && attempt_->decided) end(std::unexpected(std::move(why)));
}

void NewLineage::end(Result<ChangeBegun> result) {
  outcome_ = {attempt_->client, std::move(result)};
  attempt_.reset();
}

}  // namespace starling::topology
