#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "starling/change.hpp"

/// What the calls of a Client take and give back. Plain values; copying one is always safe.
/// Keys and values are bytes in a std::string; nothing in them is assumed to be text.
namespace starling::api {

/// How many replicas must answer before a call is done. R + W > N gives read-your-writes.
struct Level {
  enum class Kind { standard, one, quorum, all, number };
  Kind kind{Kind::standard};  ///< standard: as the node is configured, a majority unless told otherwise
  std::uint32_t count{};      ///< for Kind::number

  static Level one() { return {Kind::one, 0}; }
  static Level quorum() { return {Kind::quorum, 0}; }
  static Level all() { return {Kind::all, 0}; }
  static Level number(std::uint32_t replicas) { return {Kind::number, replicas}; }
};

/// For get, exists and mget.
struct ReadOptions {
  std::string bucket{};                 ///< empty: the default bucket
  Level r{};                            ///< how many replicas must answer
  std::chrono::milliseconds timeout{};  ///< zero: the client's default
};

/// For put, remove and mput.
struct WriteOptions {
  std::string bucket{};  ///< empty: the default bucket
  /// What the writer has seen, from Reading::context or Written::context. The write replaces that
  /// and only that: without a context it is kept beside every value there is (a sibling). A remove
  /// without a context reads first, and removes what it has read.
  std::string context{};
  Level w{};                            ///< how many replicas must have it durably
  std::chrono::milliseconds timeout{};  ///< zero: the client's default
  /// Where too few replicas can be reached, other nodes may keep the write for them: see
  /// Written::stand_ins. One replica at least must be there.
  bool sloppy{};
};

/// What a read found.
struct Reading {
  /// The key's concurrent values: usually one; several where writers did not know of each other
  /// (siblings); none where the key is not there.
  std::vector<std::string> values{};
  /// Stands for everything this read has seen, a missing key too. Pass it to the next write of this
  /// key. Opaque; never empty.
  std::string context{};

  bool found() const { return !values.empty(); }
};

/// What a write left behind.
struct Written {
  std::uint32_t siblings{};  ///< values the key has now: 1 if all is resolved, 0 after a remove
  /// For the writer's next write of this key. Empty where siblings remain that the writer has not
  /// read: read before the next write.
  std::string context{};
  /// Of a sloppy write: the nodes that count toward W and are no replicas of the key. It is as durable
  /// as any other, but reads may miss it until the replicas are back and have been given it.
  std::vector<std::string> stand_ins{};
};

/// One of the writes of an mput. Its context has the meaning of WriteOptions::context.
struct PutItem {
  std::string key{};
  std::string value{};
  std::string context{};
};

struct ScanOptions {
  std::string bucket{};                 ///< empty: the default bucket
  std::string prefix{};                 ///< only keys that begin so
  std::string cursor{};                 ///< ScanPage::cursor of the page before; empty: from the start
  std::uint32_t limit{1000};            ///< items a page has at most; the node may send fewer
  bool keys_only{};                     ///< leave the values out
  std::chrono::milliseconds timeout{};  ///< of one page; zero: the client's default
};

struct ScanItem {
  std::string key{};
  std::vector<std::string> values{};
  std::string context{};
};

/// Items come in the order of their place in the hash space: every key once, in no order that
/// people would know.
struct ScanPage {
  std::vector<ScanItem> items{};
  std::string cursor{};  ///< for the next page; empty: this was the last
};

/// A node as the asked node believes it to be.
struct Member {
  std::string id{};  ///< sixteen hex digits
  std::string name{};
  std::string zone{};
  std::string state{};  ///< "alive", "suspect", "dead" or "left"
  std::string peer_address{};
  std::string client_address{};
  std::uint64_t generation{};   ///< how often it has booted
  std::uint32_t incarnation{};  ///< how often it has refuted its own death
  std::uint32_t weight{1};
  bool in_ring{};
  bool self{};             ///< the node that answered
  std::string standing{};  ///< in a RingInfo: "active", "joining" or "leaving"
};

/// Who owns what. `assignment[p]` lists the replicas of partition p, the preferred coordinator
/// first, as indices into `members`.
struct RingInfo {
  /// A partition that gets another owner: `assignment` says which of the two lists reads go by, writes go by both.
  struct Moving {
    std::uint32_t partition{};
    std::vector<std::uint32_t> present{};
    std::vector<std::uint32_t> next{};
  };
  std::string cluster_id{};
  std::uint64_t epoch{};     ///< 0: no cluster has been founded yet
  std::uint32_t replicas{};  ///< N as configured
  std::vector<Member> members{};
  std::vector<std::vector<std::uint32_t>> assignment{};
  std::string stage{};  ///< "settled", "read_old" or "read_new"
  std::vector<Moving> moving{};
};

/// What keeps a cluster from being all well, and what to do about it.
struct Problem {
  std::string what{};
  std::string advice{};
};

struct Status {
  bool ready{};
  std::string cluster_id{};
  std::uint64_t epoch{};
  std::uint32_t replicas{};
  std::uint32_t partitions{};
  std::uint32_t partitions_below_quorum{};  ///< fewer than a majority of their replicas reachable
  std::uint32_t partitions_degraded{};      ///< some replica unreachable, a majority there
  std::vector<Member> members{};
  std::optional<ChangeStatus> change{};  ///< none: the ring is settled
  std::vector<WaitingJoiner> waiting{};
  std::vector<Problem> problems{};
};

struct NodeInfo {
  std::string id{};
  std::string name{};
  std::string cluster_id{};
  std::string peer_address{};
  std::string client_address{};
  std::uint64_t generation{};
  bool ready{};
};

/// Counters of one node since its start, by name.
struct NodeStats {
  std::vector<std::pair<std::string, std::uint64_t>> counters{};
};

/// How far a node's partitions are known to be what their other replicas hold.
struct RepairStatus {
  using Age = std::optional<std::chrono::milliseconds>;

  struct Peer {
    std::string id{};
    std::string name{};
    bool reachable{};
    std::uint64_t hints_owed{};  ///< keys that it has missed and that will be handed to it
    Age owed_for{};
  };
  /// Another replica of a partition.
  struct Copy {
    std::string node{};
    Age verified{};                 ///< so long ago both were last found to hold the same; none: not since the start
    bool differs{};                 ///< at the last look
    std::uint64_t bytes_fetched{};  ///< from there, of rows that the asked node lacked, since it started
    std::uint64_t bytes_sent{};     ///< to there, likewise
  };
  struct Partition {
    std::uint32_t partition{};
    std::vector<Copy> copies{};
    std::uint64_t tombstones{};            ///< keys that keep the mark of a delete
    std::vector<std::string> waits_for{};  ///< until these nodes have seen the marks, none of them goes
  };

  std::chrono::milliseconds interval{};  ///< within which each copy is to be verified again
  std::chrono::milliseconds kept_for{};  ///< since when the node keeps this account
  std::uint64_t rows_pulled{};           ///< from others by anti-entropy, since the asked node started
  std::uint64_t bytes_pulled{};          ///< of these rows
  std::uint64_t bytes_sent{};            ///< to others that pulled
  std::vector<Peer> peers{};
  std::vector<Partition> partitions{};
};

/// A cluster has been founded.
struct Founded {
  std::string cluster_id{};
  std::uint32_t members{};
};

}  // namespace starling::api
