#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/address.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "port/repair.hpp"
#include "port/topology.hpp"
#include "ring/key.hpp"
#include "wire/messages.hpp"

/// What a client may ask of a node, and what it is told: the meaning, without any protocol.
/// A gateway turns bytes into these and back.
namespace starling::port {

using wire::QuorumLevel;

struct GetRequest {
  ring::Key key;
  QuorumLevel r;
  std::optional<Duration> timeout;
};
/// A put, or with `tombstone` a delete. A delete without a context reads one first.
struct PutRequest {
  ring::Key key;
  bool tombstone{};
  Bytes value;
  std::optional<Bytes> context;  ///< the token as the client sent it
  QuorumLevel w;
  std::optional<Duration> timeout;
  std::uint64_t request_id{};  ///< 0: none. A repeated one finds its own earlier write
  bool sloppy{};               ///< other nodes may stand in for replicas that cannot be reached
};
/// A page over all partitions, in token order.
struct ScanRequest {
  Bytes bucket;
  Bytes prefix;
  Bytes cursor;  ///< empty: from the start
  std::uint32_t limit{};
  QuorumLevel r;
  std::optional<Duration> timeout;
};
struct MembersRequest {};
struct RingRequest {};
struct StatusRequest {};
struct InfoRequest {};
struct StatsRequest {};
/// Founds a cluster of this node and the named peers (peer addresses; this node's own may be among them).
struct InitRequest {
  std::vector<Address> peers;
};

using ClientRequest =
    std::variant<GetRequest, PutRequest, ScanRequest, MembersRequest, RingRequest, StatusRequest, InfoRequest,
                 StatsRequest, InitRequest, RepairStatusRequest, RepairNowRequest, ChangeRequest>;

struct GetReply {
  std::vector<Bytes> values;  ///< of the live siblings, a repeated request's only once; empty: not found
  Bytes context;              ///< never empty
};
struct PutReply {
  std::uint32_t siblings{};
  Bytes context;                  ///< empty where siblings remain that the client has not read
  std::vector<NodeId> stand_ins;  ///< of a sloppy write: they keep it for replicas that could not be reached
};
struct ScanReply {
  struct Item {
    Bytes key;
    std::vector<Bytes> values;
    Bytes context;
  };
  std::vector<Item> items;
  Bytes cursor;  ///< empty: that was the last page
};
struct MemberInfo {
  wire::MemberUpdate update;
  bool in_ring{};
  bool self{};
};
struct MembersReply {
  std::vector<MemberInfo> members;
};
struct RingReply {
  Bytes ring;  ///< ring::encode; empty: no ring yet
  std::vector<MemberInfo> members;
};
/// Something that keeps the cluster from being all well, and what to do about it.
struct Problem {
  std::string what;
  std::string advice;
};
struct StatusReply {
  bool ready{};
  ClusterId cluster;
  Epoch epoch;
  std::uint32_t replicas{};
  std::uint32_t partitions{};
  std::uint32_t partitions_below_quorum{};  ///< fewer than a majority of their replicas reachable
  std::uint32_t partitions_degraded{};      ///< some replica unreachable, a majority there
  std::vector<MemberInfo> members;
  std::optional<ChangeStatus> change;  ///< none: the ring is settled
  std::vector<WaitingJoiner> waiting;
  std::vector<Problem> problems;
};
struct InfoReply {
  NodeId node;
  std::string name;
  ClusterId cluster;
  Generation generation;
  Address peer;
  Address client;
  bool ready{};
};
struct StatsReply {
  std::vector<std::pair<std::string, std::uint64_t>> counters;
};
struct InitReply {
  ClusterId cluster;
  std::uint32_t members{};
};

/// The request failed. For a write: `in_doubt` if some replica may have it; every other code says
/// that nothing happened.
struct Failure {
  Error error;
  std::vector<NodeId> acked;  ///< for in_doubt: who is known to have it
};

using ClientReply = std::variant<GetReply, PutReply, ScanReply, MembersReply, RingReply, StatusReply, InfoReply,
                                 StatsReply, InitReply, RepairStatusReply, RepairNowReply, ChangeReply, Failure>;

}  // namespace starling::port
