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

/// Every message between nodes, as plain values. Requests name themselves by an id that their
/// sender chose; replies repeat it. `ttl` is what was left of the request's deadline when it was
/// sent: work that is older is dropped before it costs anything. wire/fields.hpp lists the fields
/// once more, in the order in which they travel.
namespace starling::wire {

using RequestId = Id<struct RequestIdTag>;

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
  Bytes context;                 ///< the client's token, as it came; empty: none
  std::uint32_t write_quorum{};  ///< resolved by the sender
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
  struct Row {
    Bytes key;
    Bytes object;
    friend bool operator==(const Row&, const Row&) = default;
  };
  RequestId request;
  std::optional<Error> error;
  std::vector<Row> rows;
  Bytes complete_to;
  friend bool operator==(const ScanReply&, const ScanReply&) = default;
};

// --- Actors and rings -------------------------------------------------------------------------

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

/// Whoever learns of a higher epoch fetches its ring.
struct RingFetch {
  friend bool operator==(const RingFetch&, const RingFetch&) = default;
};
struct RingIs {
  Bytes ring;  ///< ring::encode
  friend bool operator==(const RingIs&, const RingIs&) = default;
};

// --- Founding a cluster: two-phase commit among the founding members (topology/founding.hpp) ---

/// "Who are you, and are you free?"
struct FoundingProbe {
  RequestId request;
  friend bool operator==(const FoundingProbe&, const FoundingProbe&) = default;
};
struct FoundingProbeReply {
  RequestId request;
  NodeId node;
  std::string name;
  std::string zone;
  std::uint32_t weight{1};
  ClusterId cluster;  ///< zero: free
  Address peer;
  friend bool operator==(const FoundingProbeReply&, const FoundingProbeReply&) = default;
};
struct FoundingPropose {
  struct Contact {
    NodeId node;
    Address peer;
    friend bool operator==(const Contact&, const Contact&) = default;
  };
  RequestId request;
  NodeId founder;
  Bytes ring;
  Secret secret{};
  std::vector<Contact> contacts;
  friend bool operator==(const FoundingPropose&, const FoundingPropose&) = default;
};
struct FoundingVote {
  RequestId request;
  bool accepted{};
  std::string reason;  ///< why not, in words for the operator
  friend bool operator==(const FoundingVote&, const FoundingVote&) = default;
};
enum class FoundingOutcome : std::uint8_t { undecided, committed, aborted };
/// "What became of this cluster's founding?" — asked by a member that voted yes and heard no more.
struct FoundingQuery {
  ClusterId cluster;
  friend bool operator==(const FoundingQuery&, const FoundingQuery&) = default;
};
struct FoundingDecision {
  ClusterId cluster;
  FoundingOutcome outcome{};
  friend bool operator==(const FoundingDecision&, const FoundingDecision&) = default;
};

// --- Hinted handoff ---------------------------------------------------------------------------

/// Asks a node that was away how much of what it is owed it can take now. `hints` 0: that was all,
/// and what was granted may go to others. The objects then travel as merges.
struct HandoffOffer {
  RequestId request;
  std::uint64_t hints{};
  friend bool operator==(const HandoffOffer&, const HandoffOffer&) = default;
};
/// So many may be sent; 0: ask again later.
struct HandoffGrant {
  RequestId request;
  std::uint32_t credits{};
  friend bool operator==(const HandoffGrant&, const HandoffGrant&) = default;
};

// --- Anti-entropy -----------------------------------------------------------------------------

/// Begins a look at what two replicas hold of all partitions that both own: a mark for each of
/// them, in order (repair/marks.hpp). Marks are salted with the request.
struct RepairMarks {
  RequestId request;
  Epoch epoch;
  Bytes marks;
  friend bool operator==(const RepairMarks&, const RepairMarks&) = default;
};
/// What one replica holds of one partition.
struct RepairView {
  PartitionId partition;
  Bytes seen;  ///< causal::encode
  bool tree_built{};
  std::uint64_t root{};  ///< of the tree
  friend bool operator==(const RepairView&, const RepairView&) = default;
};
/// Answers marks with the views of those that differ; then that is answered, with `views_wanted`
/// no more, by the other side's views of the same partitions. Now both know both.
struct RepairViews {
  RequestId request;
  std::optional<Error> error;
  Epoch epoch;
  bool views_wanted{};
  std::uint32_t compared{};  ///< of so many marks this tells; the others did not fit
  std::vector<RepairView> views;
  friend bool operator==(const RepairViews&, const RepairViews&) = default;
};

/// "I have seen this; what do I lack?" The answer is a page of what a replica lacks: see storage::ScanUnseen.
struct PullRequest {
  RequestId request;
  Epoch epoch;
  PartitionId partition;
  Bytes seen;
  Bytes after;
  std::uint32_t bytes_max{};
  Duration ttl{};
  friend bool operator==(const PullRequest&, const PullRequest&) = default;
};
struct PullReply {
  RequestId request;
  std::optional<Error> error;
  Bytes seen;  ///< the replier's, as of this page
  std::vector<ScanReply::Row> rows;
  Bytes complete_to;
  friend bool operator==(const PullReply&, const PullReply&) = default;
};

/// Asks for sums of a Merkle tree folded to 2^bits leaves: of the 16 under each of these nodes of the tree folded to
/// 2^(bits-4). No nodes: sums were found to differ and no key does, so each side throws its tree away.
struct SumsRequest {
  RequestId request;
  Epoch epoch;
  PartitionId partition;
  std::uint32_t bits{};
  std::vector<std::uint32_t> nodes;
  Duration ttl{};
  friend bool operator==(const SumsRequest&, const SumsRequest&) = default;
};
/// No sums: the tree has fewer leaves than that.
struct SumsReply {
  RequestId request;
  std::optional<Error> error;
  std::vector<std::uint64_t> sums;
  friend bool operator==(const SumsReply&, const SumsReply&) = default;
};
/// Asks for the live keys of one leaf of a tree folded to 2^bits leaves, with their digests.
struct DigestsRequest {
  RequestId request;
  Epoch epoch;
  PartitionId partition;
  std::uint32_t bits{};
  std::uint32_t leaf{};
  Bytes after;
  Duration ttl{};
  friend bool operator==(const DigestsRequest&, const DigestsRequest&) = default;
};
struct DigestsReply {
  struct Row {
    Bytes key;
    std::uint64_t digest{};
    friend bool operator==(const Row&, const Row&) = default;
  };
  RequestId request;
  std::optional<Error> error;
  std::vector<Row> rows;
  Bytes complete_to;
  friend bool operator==(const DigestsReply&, const DigestsReply&) = default;
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
                 DigestsReply, StandInRequest>;

}  // namespace starling::wire
