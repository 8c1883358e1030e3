#include "sim/moves.hpp"

#include <doctest/doctest.h>

#include "topology/cluster_record.hpp"

using namespace starling;
using namespace starling::sim;

namespace {

constexpr Instant for_ever{Duration::max()};

/// Three members in turn own the one partition, each by the ring of its epoch.
struct Machines {
  static Bytes ring(std::uint64_t epoch) {
    std::vector<ring::Member> members;
    for (std::uint64_t node = 1; node <= 3; ++node)
      members.push_back({.id = NodeId{node}, .zone = {}, .weight = 1, .standing = ring::Standing::active});
    return encode(*ring::Ring::make(ClusterId{7}, Epoch{epoch}, 1, members, {{NodeId{epoch}}}));
  }
  void start(HostIndex host, std::uint64_t epoch, Instant now) {
    storage::BootRecord boot{.node = NodeId{host + 1}};
    if (epoch > 0) boot.records.emplace(topology::ring_record_name, ring(epoch));
    watch.on_started(host, boot, now);
  }
  void save(HostIndex host, std::uint64_t epoch, Instant now) {
    watch.on_committed(host, storage::SaveRecord{topology::ring_record_name, ring(epoch)}, storage::Answer{}, now);
  }
  /// When the list of epoch 2 could be gone by, and when nobody served by that of epoch 1 any more.
  std::pair<Instant, Instant> second() const {
    const auto moves = watch.moves(1, losses);
    REQUIRE(moves.size() >= 2);
    return {moves[1].since, moves[1].until};
  }

  MoveWatch watch;
  std::vector<Loss> losses;
};

}  // namespace

TEST_CASE_FIXTURE(Machines, "the replicas change when a newer list is on a disk, until the former ones go by it") {
  start(0, 1, Instant{1s});
  start(1, 1, Instant{1s});
  save(1, 2, Instant{2s});
  watch.on_adopted(1, Instant{3s});
  CHECK(second() == std::pair(Instant{2s}, for_ever));
  save(0, 2, Instant{4s});
  CHECK(second() == std::pair(Instant{2s}, for_ever));  // it may be frozen before it hears that this is durable
  watch.on_adopted(0, Instant{5s});
  CHECK(second() == std::pair(Instant{2s}, Instant{5s}));
}

TEST_CASE_FIXTURE(Machines, "who starts from an older directory goes by its list once more") {
  start(0, 1, Instant{1s});
  save(0, 2, Instant{2s});
  watch.on_adopted(0, Instant{3s});
  start(0, 1, Instant{4s});
  CHECK(second() == std::pair(Instant{2s}, for_ever));
  start(0, 2, Instant{5s});
  CHECK(second() == std::pair(Instant{2s}, Instant{5s}));
}

TEST_CASE_FIXTURE(Machines, "who was lost for good serves by no list, and an empty directory by none") {
  start(0, 1, Instant{1s});
  save(1, 2, Instant{2s});
  losses.push_back({.host = 0, .until = Instant{3s}, .silent = true});
  CHECK(second() == std::pair(Instant{2s}, Instant{3s}));
  losses.clear();
  start(0, 0, Instant{6s});
  CHECK(second() == std::pair(Instant{2s}, Instant{6s}));
}
