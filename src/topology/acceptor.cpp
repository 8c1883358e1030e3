#include "topology/acceptor.hpp"

#include <algorithm>

#include "base/planted.hpp"
#include "wire/codec.hpp"

namespace starling::topology {

Result<> Acceptor::resume(BytesView record) {
  if (record.empty()) return {};
  auto message = wire::decode_message(record);
  if (!message) return std::unexpected(std::move(message.error()));
  in_doubt_ = std::holds_alternative<wire::PaxosPrepare>(*message);
  if (in_doubt_) return {};
  auto* vote = std::get_if<wire::PaxosPromise>(&*message);
  if (!vote) return fail(ErrorCode::malformed, "the record of a vote on the next ring is something else");
  vote_ = std::move(*vote);
  return {};
}

void Acceptor::vote_on(Epoch epoch) {
  if (vote_.epoch == epoch) return;
  vote_ = {.epoch = epoch};
  saving_.clear();
}

std::optional<Acceptor::Reply> Acceptor::on_prepare(NodeId from, const wire::PaxosPrepare& message, port::Outbox& out) {
  if (in_doubt_) return std::nullopt;
  if (message.ballot < vote_.promised)
    return Reply{from, wire::PaxosPromise{vote_.epoch, message.ballot, vote_.promised, {}, {}}};
  vote_.ballot = vote_.promised = message.ballot;
  save({from, vote_}, out);
  return std::nullopt;
}

std::optional<Acceptor::Reply> Acceptor::on_accept(NodeId from, const wire::PaxosAccept& message, port::Outbox& out) {
  if (in_doubt_) return std::nullopt;
  if (message.ballot < vote_.promised && !planted(Bug::promise_forgotten))
    return Reply{from, wire::PaxosAccepted{vote_.epoch, message.ballot, vote_.promised}};
  vote_.promised = vote_.accepted = message.ballot;
  vote_.ring = message.ring;
  save({from, wire::PaxosAccepted{vote_.epoch, message.ballot, message.ballot}}, out);
  return std::nullopt;
}

/// What is saved is a question: others have to answer it before we answer theirs.
void Acceptor::doubt(port::Outbox& out) {
  in_doubt_ = true;
  saving_.clear();
  Bytes record;
  wire::encode(wire::Message(wire::PaxosPrepare{vote_.epoch, {}}), record);
  out.store(tickets_.next(), storage::SaveRecord{record_name, std::move(record)});
}

/// The next yes is saved with all of it; before that the record may go on to say that it is in doubt.
void Acceptor::restore(wire::PaxosPromise vote) {
  vote_ = std::move(vote);
  in_doubt_ = false;
}

void Acceptor::save(Reply reply, port::Outbox& out) {
  Bytes record;
  wire::encode(wire::Message(vote_), record);
  saving_.push_back({tickets_.next(), std::move(reply)});
  out.store(saving_.back().ticket, storage::SaveRecord{record_name, std::move(record)});
}

std::optional<Acceptor::Reply> Acceptor::on_stored(port::Ticket ticket, const Result<storage::Answer>& answer) {
  const auto saved = std::ranges::find(saving_, ticket, &Saving::ticket);
  if (saved == saving_.end()) return std::nullopt;
  Reply reply = std::move(saved->reply);
  saving_.erase(saved);
  if (!answer) return std::nullopt;
  return reply;
}

}  // namespace starling::topology
