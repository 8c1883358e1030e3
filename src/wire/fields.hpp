#pragma once

#include <tuple>
#include <type_traits>

#include "wire/messages.hpp"

/// The fields of every message in the order in which they are sent, said once for both encoding
/// and decoding. A message is the array [kind, field, ...], any other struct the array [field, ...].
namespace starling::wire {

template <class T, class Struct>
concept Of = std::is_same_v<std::remove_const_t<T>, Struct>;

auto fields(Of<ReadRequest> auto& m) { return std::tie(m.request, m.epoch, m.partition, m.key, m.full, m.ttl); }
auto fields(Of<ReadReply> auto& m) { return std::tie(m.request, m.error, m.digest, m.object); }
auto fields(Of<MergeRequest> auto& m) {
  return std::tie(m.request, m.epoch, m.partition, m.key, m.object, m.ttl, m.background);
}
auto fields(Of<MergeReply> auto& m) { return std::tie(m.request, m.error); }
auto fields(Of<StandInRequest> auto& m) {
  return std::tie(m.request, m.epoch, m.partition, m.key, m.object, m.target, m.ttl);
}
auto fields(Of<QuorumLevel> auto& m) { return std::tie(m.kind, m.number); }
auto fields(Of<ForwardWrite> auto& m) {
  return std::tie(m.request, m.epoch, m.partition, m.key, m.tombstone, m.value, m.context, m.w, m.client_request, m.hlc,
                  m.sloppy, m.ttl);
}
auto fields(Of<WriteResult> auto& m) { return std::tie(m.error, m.siblings, m.context, m.acked, m.stand_ins); }
auto fields(Of<ForwardReply> auto& m) { return std::tie(m.request, m.result); }
auto fields(Of<ScanRequest> auto& m) {
  return std::tie(m.request, m.epoch, m.partition, m.after, m.prefix, m.rows_max, m.bytes_max, m.ttl);
}
auto fields(Of<Row> auto& m) { return std::tie(m.key, m.object); }
auto fields(Of<ScanReply> auto& m) { return std::tie(m.request, m.error, m.rows, m.complete_to); }

auto fields(Of<ActorCheck::Claim> auto& m) { return std::tie(m.partition, m.actor, m.counter); }
auto fields(Of<ActorCheck> auto& m) { return std::tie(m.request, m.claims); }
auto fields(Of<ActorCheckReply> auto& m) { return std::tie(m.request, m.error, m.ahead); }
auto fields(Of<RingFetch> auto&) { return std::tie(); }
auto fields(Of<RingIs> auto& m) { return std::tie(m.ring); }

auto fields(Of<FoundingProbe> auto& m) { return std::tie(m.request); }
auto fields(Of<FoundingProbeReply> auto& m) {
  return std::tie(m.request, m.node, m.name, m.zone, m.weight, m.cluster, m.peer);
}
auto fields(Of<FoundingPropose::Contact> auto& m) { return std::tie(m.node, m.peer); }
auto fields(Of<FoundingPropose> auto& m) { return std::tie(m.request, m.founder, m.ring, m.secret, m.contacts); }
auto fields(Of<FoundingVote> auto& m) { return std::tie(m.request, m.accepted, m.reason); }
auto fields(Of<FoundingQuery> auto& m) { return std::tie(m.cluster); }
auto fields(Of<FoundingDecision> auto& m) { return std::tie(m.cluster, m.outcome); }

auto fields(Of<Ballot> auto& m) { return std::tie(m.round, m.node); }
auto fields(Of<PaxosPrepare> auto& m) { return std::tie(m.epoch, m.ballot); }
auto fields(Of<PaxosPromise> auto& m) { return std::tie(m.epoch, m.ballot, m.promised, m.accepted, m.ring); }
auto fields(Of<PaxosAccept> auto& m) { return std::tie(m.epoch, m.ballot, m.ring); }
auto fields(Of<PaxosAccepted> auto& m) { return std::tie(m.epoch, m.ballot, m.promised); }
auto fields(Of<JoinAsk> auto& m) { return std::tie(m.node, m.name, m.zone, m.weight, m.peer, m.at_once); }
auto fields(Of<JoinInvite> auto& m) { return std::tie(m.contacts); }
auto fields(Of<JoinWelcome> auto& m) { return std::tie(m.ring, m.secret, m.founder, m.contacts); }
auto fields(Of<ChangeReport> auto& m) {
  return std::tie(m.epoch, m.arriving, m.arrived, m.rows, m.bytes, m.leftovers, m.reply_wanted, m.waits_for);
}

auto fields(Of<LineageAsk> auto& m) { return std::tie(m.request, m.base, m.ring); }
auto fields(Of<LineageReply> auto& m) { return std::tie(m.request, m.refusal); }

auto fields(Of<MemberUpdate> auto& m) {
  return std::tie(m.node, m.generation, m.nonce, m.incarnation, m.state, m.accusers, m.name, m.zone, m.weight, m.peer,
                  m.client);
}
auto fields(Of<Ping> auto& m) { return std::tie(m.sequence, m.target); }
auto fields(Of<PingRequest> auto& m) { return std::tie(m.sequence, m.target, m.address, m.remaining); }
auto fields(Of<Ack> auto& m) { return std::tie(m.sequence); }
auto fields(Of<Nack> auto& m) { return std::tie(m.sequence); }
auto fields(Of<Gossip> auto&) { return std::tie(); }
auto fields(Of<WrongCluster> auto&) { return std::tie(); }
auto fields(Of<Datagram> auto& m) { return std::tie(m.cluster, m.from, m.epoch, m.body, m.updates); }

auto fields(Of<StreamPing> auto& m) { return std::tie(m.sequence); }
auto fields(Of<StreamAck> auto& m) { return std::tie(m.sequence); }
auto fields(Of<PushPull> auto& m) { return std::tie(m.reply_wanted, m.epoch, m.members); }

auto fields(Of<HandoffOffer> auto& m) { return std::tie(m.request, m.hints); }
auto fields(Of<HandoffGrant> auto& m) { return std::tie(m.request, m.credits, m.delay); }

auto fields(Of<RepairMarks> auto& m) { return std::tie(m.request, m.epoch, m.marks); }
auto fields(Of<RepairView> auto& m) { return std::tie(m.partition, m.seen, m.tree_built, m.root); }
auto fields(Of<RepairViews> auto& m) {
  return std::tie(m.request, m.error, m.epoch, m.views_wanted, m.compared, m.views);
}
auto fields(Of<PullRequest> auto& m) {
  return std::tie(m.request, m.epoch, m.partition, m.seen, m.after, m.bytes_max, m.whole, m.ttl);
}
auto fields(Of<PullReply> auto& m) { return std::tie(m.request, m.error, m.seen, m.rows, m.complete_to); }
auto fields(Of<SumsRequest> auto& m) { return std::tie(m.request, m.epoch, m.partition, m.bits, m.nodes, m.ttl); }
auto fields(Of<SumsReply> auto& m) { return std::tie(m.request, m.error, m.sums); }
auto fields(Of<DigestsRequest> auto& m) {
  return std::tie(m.request, m.epoch, m.partition, m.bits, m.leaf, m.after, m.ttl);
}
auto fields(Of<DigestsReply::Row> auto& m) { return std::tie(m.key, m.digest); }
auto fields(Of<DigestsReply> auto& m) { return std::tie(m.request, m.error, m.rows, m.complete_to); }

auto fields(Of<LeftoverOffer> auto& m) { return std::tie(m.request, m.epoch, m.views); }
auto fields(Of<LeftoverReply> auto& m) { return std::tie(m.request, m.error, m.covered); }

auto fields(Of<Error> auto& m) { return std::tie(m.code, m.message); }

template <class T>
concept Struct = requires(T& value) { fields(value); };

/// The highest value of each enumeration that travels: anything above is malformed.
template <class Enum>
constexpr Enum last_of();
template <>
constexpr MemberState last_of() {
  return MemberState::left;
}
template <>
constexpr FoundingOutcome last_of() {
  return FoundingOutcome::aborted;
}
template <>
constexpr QuorumLevel::Kind last_of() {
  return QuorumLevel::Kind::number;
}
template <>
constexpr ErrorCode last_of() {
  return ErrorCode::connection_lost;
}

}  // namespace starling::wire
