#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "ring/ring.hpp"

/// What may be asked about changes of the ring (part of port/client.hpp).
namespace starling::port {

/// A node as a person names it: by its name, its id in hex, or the host:port of its peer address.
struct NodeName {
  std::string words;
  std::optional<Address> address;  ///< if the words are one
};

/// Changes who owns what, or with `dry_run` only tells what that would move. Answered when the change
/// has begun; it then goes on by itself (StatusRequest tells how far it has come).
///
/// join: these nodes, in no cluster yet, become members. leave: these members hand over what they
/// own and stop. remove: the same for members that are dead for good. replace: the second takes the place of the first.
/// abort: what has begun and is not read yet goes back to where it was. rebalance: nobody comes or goes.
struct ChangeRequest {
  enum class Kind : std::uint8_t { join, leave, remove, replace, abort, rebalance };
  Kind kind{};
  std::vector<NodeName> nodes;
  bool dry_run{};
  /// After a majority of the members is lost: a new lineage of rings of those that are left. Only for `remove`.
  bool force{};
  std::optional<Duration> timeout;
};
struct ChangeReply {
  /// Partitions for which `to` takes the place of `from`; zero: nobody comes, or nobody goes.
  struct Move {
    NodeId from;
    NodeId to;
    std::uint32_t partitions{};
    std::optional<std::uint64_t> bytes;  ///< estimated; none: nobody here knows what a partition holds
  };
  struct Load {
    NodeId node;
    std::string name;
    std::string zone;
    std::uint32_t before{};  ///< places in preference lists
    std::uint32_t after{};
  };
  Epoch epoch;                      ///< of the ring that began it; of the present one for a dry run
  std::uint32_t moving{};           ///< partitions
  std::uint32_t moves_least{};      ///< no plan with these members could move fewer
  std::uint32_t further_changes{};  ///< that follow by themselves: at most one place of a partition moves at a time
  std::uint32_t zones_before{};     ///< that the least spread preference list spans
  std::uint32_t zones_after{};
  std::vector<Move> moves;
  std::vector<Load> loads;
  std::string may_be_lost;  ///< of a forced one: what, in words for whoever has to decide; empty: nothing
};

/// How far the change that is under way has come (part of StatusReply).
struct ChangeStatus {
  struct Newcomer {
    NodeId node;
    std::uint32_t arriving{};  ///< partitions that it does not hold yet
    std::uint32_t arrived{};
    std::uint64_t rows{};  ///< fetched so far
    std::uint64_t bytes{};
    std::vector<NodeId> waits_for;  ///< they have what it needs, and do not answer
    bool silent{};                  ///< it has not reported since the change began
  };
  ring::Stage stage{};
  std::uint32_t moving{};
  std::vector<NodeId> joining;
  std::vector<NodeId> leaving;
  std::vector<Newcomer> newcomers;
  Duration since{};  ///< this node has gone by this stage for so long
};
/// A node that would like to join, and waits for an operator or for the change before it.
struct WaitingJoiner {
  NodeId node;
  std::string name;
  Address peer;
};

}  // namespace starling::port
