#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>

#include "base/error.hpp"
#include "storage/engine.hpp"

namespace starling::tools {

/// What the store is measured against: the same engine called directly by one thread, commands
/// committed in groups, no network and no other replica.
struct FloorPlan {
  std::filesystem::path directory;  ///< empty, and the caller's to remove
  std::uint64_t keys = 1'000'000;
  std::size_t key_bytes = 16;
  std::size_t value_bytes = 100;
  std::size_t batch = 16;  ///< commands in one commit
  std::uint64_t operations = 200'000;
  std::uint32_t partitions = 256;
  storage::Durability durability = storage::Durability::full;
  std::uint64_t cache_bytes = 256ULL << 20;
};

/// One kind of operation. CPU is user and system time of the thread, checkpoints included.
struct FloorFigures {
  double cpu_us{};  ///< of one operation
  double operations_per_second{};
  /// Of one batch, from its hand-over to its answers: p50, p99, p99.9 and the longest. For a get,
  /// which is run alone, of one get.
  std::array<std::chrono::nanoseconds, 4> latency{};
};

struct FloorReport {
  FloorFigures put;    ///< coordinated: read, issue a dot, replace
  FloorFigures merge;  ///< another replica's write
  FloorFigures get;
  FloorFigures tree_row;  ///< one row read for a Merkle tree; latencies are of one step
  /// The same puts in turns, to partitions with a Merkle tree and to others without.
  FloorFigures put_with_tree, put_without_tree;
  std::uint64_t file_bytes{};
};

/// Fills a store with `keys` rows, then measures each kind on uniformly chosen keys.
Result<FloorReport> measure_floor(const FloorPlan& plan);

}  // namespace starling::tools
