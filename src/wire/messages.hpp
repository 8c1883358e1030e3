#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/address.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "wire/quorum_level.hpp"
#include "wire/repair_messages.hpp"
#include "wire/request.hpp"
#include "wire/topology_messages.hpp"

/// Every message between nodes, as plain values. Requests name themselves by an id that their
/// sender chose; replies repeat it. `ttl` is what was left of the request's deadline when it was
/// sent: work that is older is dropped before it costs anything. wire/fields.hpp lists the fields
/// once more, in the order in which they travel.
namespace starling::wire {

// --- Replica requests -------------------------------------------------------------------------

/// Asks a replica for its state of a key: in full, or as a digest (causal::digest).
struct ReadRequest {
  RequestId request;
  Epoch epoch;
  PartitionId partition;
  Bytes key;  ///< ring::Key::bytes
  bool full{};
  Duration ttl{};
  friend bool operator==(const ReadRequest&, const ReadRequest&) = default;
};
struct ReadReply {
  RequestId request;
  std::optional<Error> error;
  std::uint64_t digest{};
  Bytes object;  ///< filled and encoded when asked in full, else empty
  friend bool operator==(const ReadReply&, const ReadReply&) = default;
};

/// Hands a replica the state that another has coordinated. Answered after the commit, never before.
struct MergeRequest {
  RequestId request;
  Epoch epoch;
  PartitionId partition;
  Bytes key;
  Bytes object;
  Duration ttl{};
  bool background{};  ///< no client waits for it
  friend bool operator==(const MergeRequest&, const MergeRequest&) = default;
};
struct MergeReply {
  RequestId request;
  std::optional<Error> error;
  friend bool operator==(const MergeReply&, const MergeReply&) = default;
};

/// A merge that `target` cannot take now, for a node that is no replica of the partition: it keeps it
/// durably and hands it over when the target is back. Answered by a MergeReply.
struct StandInRequest {
  RequestId request;
  Epoch epoch;
  PartitionId partition;
  Bytes key;
  Bytes object;
  NodeId target;
  Duration ttl{};
  friend bool operator==(const StandInRequest&, const StandInRequest&) = default;
};

/// A client's write, handed to a replica because the node that the client asked is none.
/// Forwarded at most once: the receiver coordinates it or refuses.
struct ForwardWrite {
  RequestId request;
  Epoch epoch;
  PartitionId partition;
  Bytes key;
  bool tombstone{};
  Bytes value;
  Bytes context;  ///< the client's token, as it came; empty: none
  QuorumLevel w;  ///< never standard
  std::uint64_t client_request{};
  std::uint64_t hlc{};
  bool sloppy{};
  Duration ttl{};
  friend bool operator==(const ForwardWrite&, const ForwardWrite&) = default;
};
struct WriteResult {
  std::optional<Error> error;
  std::uint32_t siblings{};
  Bytes context;                  ///< sealed; empty where siblings remain that the client has not read
  std::vector<NodeId> acked;      ///< who is known to have the write durably
  std::vector<NodeId> stand_ins;  ///< of a sloppy one that is done: those of them that are no replicas
  friend bool operator==(const WriteResult&, const WriteResult&) = default;
};
struct ForwardReply {
  RequestId request;
  WriteResult result;
  friend bool operator==(const ForwardReply&, const ForwardReply&) = default;
};

/// A page of one partition, tombstones included: see storage::Scan.
struct ScanRequest {
  RequestId request;
  Epoch epoch;
  PartitionId partition;
  Bytes after;
  Bytes prefix;
  std::uint32_t rows_max{};
  std::uint32_t bytes_max{};
  Duration ttl{};
  friend bool operator==(const ScanRequest&, const ScanRequest&) = default;
};
struct ScanReply {
  RequestId request;
  std::optional<Error> error;
  std::vector<Row> rows;
  Bytes complete_to;
  friend bool operator==(const ScanReply&, const ScanReply&) = default;
};

// --- Actors ------------------------------------------------------------------------------------

/// After a start: "these are my actors and how far I have issued; does anybody know more?"
struct ActorCheck {
  struct Claim {
    PartitionId partition;
    ActorId actor;
    std::uint64_t counter{};
    friend bool operator==(const Claim&, const Claim&) = default;
  };
  RequestId request;
  std::vector<Claim> claims;
  friend bool operator==(const ActorCheck&, const ActorCheck&) = default;
};
struct ActorCheckReply {
  RequestId request;
  std::optional<Error> error;
  std::vector<PartitionId> ahead;  ///< where the replier has seen more than the claim
  friend bool operator==(const ActorCheckReply&, const ActorCheckReply&) = default;
};

// --- Hinted handoff ---------------------------------------------------------------------------

/// Asks a node that was away how much of what it is owed it can take now. `hints` 0: that was all,
/// and what was granted may go to others. The objects then travel as merges.
struct HandoffOffer {
  RequestId request;
  std::uint64_t hints{};
  friend bool operator==(const HandoffOffer&, const HandoffOffer&) = default;
};
/// So many may be sent, after so long; 0: ask again later.
struct HandoffGrant {
  RequestId request;
  std::uint32_t credits{};
  Duration delay{};
  friend bool operator==(const HandoffGrant&, const HandoffGrant&) = default;
};

// --- Membership (SWIM + Lifeguard) ------------------------------------------------------------

enum class MemberState : std::uint8_t { alive, suspect, dead, left };

/// What gossip says of one member. (generation, incarnation) orders statements; SWIM §4.2 has the order.
struct MemberUpdate {
  NodeId node;
  Generation generation;
  std::uint64_t nonce{};  ///< random per boot: two processes with one identity differ in it
  std::uint32_t incarnation{};
  MemberState state{};
  std::vector<NodeId> accusers;  ///< for suspect: who found it unresponsive with its own probes
  std::string name;
  std::string zone;
  std::uint32_t weight{1};
  Address peer;
  Address client;
  friend bool operator==(const MemberUpdate&, const MemberUpdate&) = default;
};

struct Ping {
  std::uint64_t sequence{};
  NodeId target;  ///< zero: whoever listens there (a seed)
  friend bool operator==(const Ping&, const Ping&) = default;
};
struct PingRequest {
  std::uint64_t sequence{};
  NodeId target;
  Address address;
  Duration remaining{};  ///< until the requester's own deadline; a nack comes at 0.8 of it
  friend bool operator==(const PingRequest&, const PingRequest&) = default;
};
struct Ack {
  std::uint64_t sequence{};
  friend bool operator==(const Ack&, const Ack&) = default;
};
struct Nack {
  std::uint64_t sequence{};
  friend bool operator==(const Nack&, const Nack&) = default;
};
/// Nothing but the updates.
struct Gossip {
  friend bool operator==(const Gossip&, const Gossip&) = default;
};
/// To an address of another cluster: told once in words, then ignored.
struct WrongCluster {
  friend bool operator==(const WrongCluster&, const WrongCluster&) = default;
};

/// One datagram: who speaks, what it wants, and as many updates as fit.
struct Datagram {
  using Body = std::variant<Ping, PingRequest, Ack, Nack, Gossip, WrongCluster>;
  ClusterId cluster;
  NodeId from;
  Epoch epoch;  ///< of the sender's ring, so that whoever is behind learns it
  Body body;
  std::vector<MemberUpdate> updates;
  friend bool operator==(const Datagram&, const Datagram&) = default;
};
inline constexpr std::size_t datagram_bytes_max = 1400;

/// Lifeguard's probe over the stream, for where datagrams are dropped.
struct StreamPing {
  std::uint64_t sequence{};
  friend bool operator==(const StreamPing&, const StreamPing&) = default;
};
struct StreamAck {
  std::uint64_t sequence{};
  friend bool operator==(const StreamAck&, const StreamAck&) = default;
};
/// The whole membership, both ways.
struct PushPull {
  bool reply_wanted{};
  Epoch epoch;
  std::vector<MemberUpdate> members;
  friend bool operator==(const PushPull&, const PushPull&) = default;
};

using Message =
    std::variant<ReadRequest, ReadReply, MergeRequest, MergeReply, ForwardWrite, ForwardReply, ScanRequest, ScanReply,
                 ActorCheck, ActorCheckReply, RingFetch, RingIs, FoundingProbe, FoundingProbeReply, FoundingPropose,
                 FoundingVote, FoundingQuery, FoundingDecision, StreamPing, StreamAck, PushPull, HandoffOffer,
                 HandoffGrant, RepairMarks, RepairViews, PullRequest, PullReply, SumsRequest, SumsReply, DigestsRequest,
                 DigestsReply, StandInRequest, PaxosPrepare, PaxosPromise, PaxosAccept, PaxosAccepted, JoinAsk,
                 JoinInvite, JoinWelcome, ChangeReport, LeftoverOffer, LeftoverReply, LineageAsk, LineageReply>;

}  // namespace starling::wire
