#include "topology/proposer.hpp"

#include <algorithm>
#include <utility>

#include "base/ensure.hpp"

namespace starling::topology {

namespace {

constexpr std::uint64_t forgotten_rounds = 1ULL << 20;

}  // namespace

void Proposer::propose(const ring::Ring& present, const ring::Ring& next, Instant now, port::Outbox& out) {
  start(present, encode(next), now, out);
}

void Proposer::recollect(const ring::Ring& present, Instant now, port::Outbox& out) { start(present, {}, now, out); }

void Proposer::start(const ring::Ring& present, Bytes ring, Instant now, port::Outbox& out) {
  ensure(!proposing(), "one proposal at a time");
  epoch_ = Epoch{present.epoch().value + 1};
  voters_ = present.voters();
  ring_ = std::move(ring);
  ring_ballot_ = {};
  round_ = 0;
  pause_ = outbid_pause;
  own_.in_doubt() ? start_recollecting(now, out) : start_ballot(now, out);
}

/// With a ballot that we have hardly used before we forgot which we have.
void Proposer::start_recollecting(Instant now, port::Outbox& out) {
  round_ += 1 + random_.below(forgotten_rounds);
  ballot_ = {round_, self_};
  enter(Stage::recollecting, now, out);
}

void Proposer::start_ballot(Instant now, port::Outbox& out) {
  round_ = std::max(round_, own_.promised().round) + 1;
  ballot_ = {round_, self_};
  enter(Stage::claiming, now, out);
}

void Proposer::enter(Stage stage, Instant now, port::Outbox& out) {
  stage_ = stage;
  if (stage != Stage::preparing) heard_.clear();  // our own promise counts
  ask(now, out);
}

/// What this stage asks, of everybody who has not said yes to it yet.
void Proposer::ask(Instant now, port::Outbox& out) {
  arm(resend_period, now, out);
  switch (stage_) {
    case Stage::idle:
    case Stage::outbid: return;
    case Stage::claiming: return on_own_reply(own_.on_prepare(self_, {epoch_, ballot_}, out), now, out);
    case Stage::recollecting:
    case Stage::preparing: return ask_others(wire::PaxosPrepare{epoch_, ballot_}, out);
    case Stage::accepting: {
      const wire::PaxosAccept accept{epoch_, ballot_, ring_};
      ask_others(accept, out);
      const bool ours = std::ranges::count(voters_, self_) != 0 && !heard_.contains(self_);
      if (ours) on_own_reply(own_.on_accept(self_, accept, out), now, out);
    }
  }
}

void Proposer::ask_others(const wire::Message& message, port::Outbox& out) const {
  for (const NodeId voter : voters_)
    if (voter != self_ && !heard_.contains(voter)) out.send(voter, message);
}

/// Our own acceptor refuses at once, or says yes later.
void Proposer::on_own_reply(const std::optional<Acceptor::Reply>& reply, Instant now, port::Outbox& out) {
  if (!reply) return;
  if (const auto* promise = std::get_if<wire::PaxosPromise>(&reply->answer)) on_promise(self_, *promise, now, out);
  if (const auto* accepted = std::get_if<wire::PaxosAccepted>(&reply->answer)) on_accepted(self_, *accepted, now, out);
}

void Proposer::on_promise(NodeId from, const wire::PaxosPromise& promise, Instant now, port::Outbox& out) {
  const bool others = stage_ == Stage::preparing || stage_ == Stage::recollecting;
  const bool expected = others || (stage_ == Stage::claiming && from == self_);
  if (!expected || promise.epoch != epoch_ || promise.ballot != ballot_) return;
  if (promise.promised != ballot_) return be_outbid(promise.promised, now, out);
  if (promise.accepted > ring_ballot_) {
    ring_ballot_ = promise.accepted;
    ring_ = promise.ring;
  }
  const bool heard_enough = count(from);
  if (stage_ == Stage::recollecting) return heard_enough ? on_recollected(now, out) : void();
  if (heard_enough) return enter(Stage::accepting, now, out);
  if (stage_ == Stage::claiming) enter(Stage::preparing, now, out);
}

void Proposer::on_recollected(Instant now, port::Outbox& out) {
  own_.restore({.epoch = epoch_,
                .ballot = ballot_,
                .promised = ballot_,
                .accepted = ring_ballot_,
                .ring = ring_ballot_.round == 0 ? Bytes{} : ring_});
  if (ring_.empty()) return abandon();
  start_ballot(now, out);
}

void Proposer::on_accepted(NodeId from, const wire::PaxosAccepted& accepted, Instant now, port::Outbox& out) {
  if (stage_ != Stage::accepting || accepted.epoch != epoch_ || accepted.ballot != ballot_) return;
  if (accepted.promised != ballot_) return be_outbid(accepted.promised, now, out);
  if (!count(from)) return;
  auto ring = ring::decode_ring(ring_);
  ensure(ring.has_value(), "what a majority has accepted is a ring");
  decided_ = *std::move(ring);
  stage_ = Stage::idle;
}

/// True when enough have said yes: a majority, or half of them where we are not among them. Who is no
/// voter says it for nothing.
bool Proposer::count(NodeId voter) {
  if (std::ranges::count(voters_, voter) != 0) heard_.insert(voter);
  const std::size_t half = stage_ == Stage::recollecting ? (voters_.size() + 1) / 2 : voters_.size() / 2 + 1;
  return heard_.size() >= half;
}

void Proposer::be_outbid(const wire::Ballot& by, Instant now, port::Outbox& out) {
  stage_ = Stage::outbid;
  round_ = std::max(round_, by.round);
  arm(Duration{static_cast<Duration::rep>(random_.below(static_cast<std::uint64_t>(pause_.count())))}, now, out);
  pause_ = std::min(pause_ * 2, outbid_pause_max);
}

bool Proposer::on_timer(port::Ticket ticket, Instant now, port::Outbox& out) {
  if (ticket != timer_) return false;
  if (stage_ == Stage::outbid)
    own_.in_doubt() ? start_recollecting(now, out) : start_ballot(now, out);
  else if (proposing())
    ask(now, out);
  return true;
}

void Proposer::arm(Duration after, Instant now, port::Outbox& out) {
  timer_ = tickets_.next();
  out.arm(timer_, now + after);
}

}  // namespace starling::topology
