#include "topology/register.hpp"

#include "base/ensure.hpp"
#include "ring/change.hpp"

namespace starling::topology {

void Register::on_ring(const ring::Ring& ring) {
  if (ring_ && ring.epoch() <= ring_->epoch()) return;
  ring_ = ring;
  acceptor_.vote_on(Epoch{ring.epoch().value + 1});
  proposer_.abandon();
}

void Register::propose(const ring::Ring& next, Instant now, port::Outbox& out) {
  ensure(ring_ && ring::may_follow(*ring_, next), "only what may follow is proposed");
  proposer_.propose(*ring_, next, now, out);
}

void Register::doubt_votes(port::Outbox& out) {
  proposer_.abandon();
  acceptor_.doubt(out);
}

/// Whether this is about the ring after ours. An older question is answered by the ring that settled it;
/// a newer one comes from a node that has the ring which we miss. Whoever asks us while our votes are in doubt,
/// asks again.
bool Register::voted_on(NodeId from, Epoch epoch, Instant now, port::Outbox& out) {
  if (!ring_) return false;
  if (epoch <= ring_->epoch())
    out.send(from, wire::RingIs{encode(*ring_)});
  else if (epoch.value > ring_->epoch().value + 1)
    out.send(from, wire::RingFetch{});
  else if (!acceptor_.in_doubt())
    return true;
  else if (!proposing())
    proposer_.recollect(*ring_, now, out);
  return false;
}

bool Register::may_follow(NodeId from, BytesView ring, port::Outbox& out) const {
  const auto next = ring::decode_ring(ring);
  if (next && ring::may_follow(*ring_, *next)) return true;
  out.notice(port::NoticeKind::message_malformed, port::Severity::warning, from,
             "proposed a ring that cannot follow the present one");
  return false;
}

void Register::on_message(NodeId from, const wire::PaxosPrepare& message, Instant now, port::Outbox& out) {
  if (voted_on(from, message.epoch, now, out)) pass_on(acceptor_.on_prepare(from, message, out), now, out);
}

void Register::on_message(NodeId from, const wire::PaxosAccept& message, Instant now, port::Outbox& out) {
  if (!voted_on(from, message.epoch, now, out) || !may_follow(from, message.ring, out)) return;
  pass_on(acceptor_.on_accept(from, message, out), now, out);
}

void Register::on_message(NodeId from, const wire::PaxosPromise& message, Instant now, port::Outbox& out) {
  if (!proposing() || message.epoch.value != ring_->epoch().value + 1) return;
  if (message.accepted.round != 0 && !may_follow(from, message.ring, out)) return;
  proposer_.on_promise(from, message, now, out);
}

void Register::on_message(NodeId from, const wire::PaxosAccepted& message, Instant now, port::Outbox& out) {
  proposer_.on_accepted(from, message, now, out);
}

void Register::on_stored(port::Ticket ticket, const Result<storage::Answer>& answer, Instant now, port::Outbox& out) {
  pass_on(acceptor_.on_stored(ticket, answer), now, out);
}

/// Says what our acceptor answers to whoever asked it, which may be our own proposer.
void Register::pass_on(std::optional<Acceptor::Reply> reply, Instant now, port::Outbox& out) {
  if (!reply) return;
  std::visit(
      [&](auto& answer) {
        if (reply->to == self_)
          on_message(self_, answer, now, out);
        else
          out.send(reply->to, std::move(answer));
      },
      reply->answer);
}

}  // namespace starling::topology
