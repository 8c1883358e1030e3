#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What Client::change() takes and gives back, and what Status tells of a change that is under way.
/// docs/operations.md says when to ask for which.
namespace starling::api {

/// A change of who owns what. It is begun by change(), and goes on by itself.
struct Change {
  enum class Kind {
    join,       ///< nodes that are in no cluster yet become members
    leave,      ///< members hand over what they own, and are members no more
    remove,     ///< the same for members that are dead for good
    replace,    ///< the second of two nodes takes the place of the first
    abort,      ///< what has begun and is not read yet goes back to where it was
    rebalance,  ///< nobody comes or goes; always a dry run
  };
  Kind kind{};
  std::vector<std::string> nodes{};  ///< each by its name, its id, or the host:port of its peer address
  bool dry_run{};                    ///< only tell what it would move
  /// Of a remove, after a majority of the members is lost: those that are left go on as a cluster of
  /// their own. ChangeReport::may_be_lost of a dry run says at what price.
  bool force{};
};

/// What a change moves.
struct ChangeReport {
  /// Partitions for which `to` takes the place of `from`; empty: nobody comes, or nobody goes.
  struct Move {
    std::string from{};
    std::string to{};
    std::uint32_t partitions{};
    std::optional<std::uint64_t> bytes{};  ///< estimated; none: unknown
  };
  /// In how many partitions' preference lists a node is.
  struct Load {
    std::string id{};
    std::string name{};
    std::string zone{};
    std::uint32_t before{};
    std::uint32_t after{};
  };
  std::uint64_t epoch{};            ///< of the ring that began it; of the present one for a dry run
  std::uint32_t moving{};           ///< partitions
  std::uint32_t moves_least{};      ///< no plan with these members could move fewer
  std::uint32_t further_changes{};  ///< that follow by themselves: at most one place of a partition moves at a time
  std::uint32_t zones_before{};     ///< that the least spread preference list spans
  std::uint32_t zones_after{};
  std::vector<Move> moves{};
  std::vector<Load> loads{};
  std::string may_be_lost{};  ///< of a forced remove: what, in words; empty: nothing
};

/// How far the change that is under way has come.
struct ChangeStatus {
  /// A node that fetches partitions which it is going to own.
  struct Newcomer {
    std::string id{};
    std::uint32_t arriving{};  ///< partitions that it does not hold yet
    std::uint32_t arrived{};
    std::uint64_t rows{};  ///< fetched so far
    std::uint64_t bytes{};
    std::vector<std::string> waits_for{};  ///< nodes that have what it needs, and do not answer
    bool silent{};                         ///< it has not reported since the change began
  };
  std::string stage{};     ///< "read_old": writes go to old and new owners, reads to the old; then "read_new"
  std::uint32_t moving{};  ///< partitions
  std::chrono::milliseconds since{};  ///< the asked node has gone by this stage for so long
  std::vector<std::string> joining{};
  std::vector<std::string> leaving{};
  std::vector<Newcomer> newcomers{};
};

/// A node that would like to join, and waits for an operator or for the change before it.
struct WaitingJoiner {
  std::string id{};
  std::string name{};
  std::string peer_address{};
};

}  // namespace starling::api
