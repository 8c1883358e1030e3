#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/time.hpp"
#include "bench/histogram.hpp"

namespace starling::bench {

/// Of one kind of operation.
struct Times {
  Histogram response;  ///< from when it should have begun
  Histogram service;   ///< from when its first request was sent
};

/// What a run came to.
struct Tally {
  Times reads, writes, read_modify_writes;
  std::uint64_t done{};
  std::uint64_t offered{};
  std::map<std::string, std::uint64_t> errors;  ///< by the protocol's words
  std::uint64_t missing{};                      ///< reads of keys that are not there
  std::uint64_t siblings{};                     ///< answers that showed or left several values
  std::uint64_t siblings_most{};
  std::uint64_t stale{};          ///< reads older than a write acknowledged before they began
  std::uint64_t context_reads{};  ///< reads that an update needed first
  Duration elapsed{};
  Duration nodes_cpu{};  ///< of the named processes
  Duration own_cpu{};

  std::uint64_t failed() const {
    std::uint64_t sum = 0;
    for (const auto& [name, count] : errors) sum += count;
    return sum;
  }
  double per_second() const { return static_cast<double>(done) * 1e9 / static_cast<double>(elapsed.count()); }
};

}  // namespace starling::bench
