#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "starling/types.hpp"

namespace starling::bench {

/// The mixes of YCSB (Cooper et al. 2010), and the three plain ones.
enum class Workload {
  load,  ///< every key once, in order
  put,   ///< uniform overwrites
  get,   ///< uniform reads
  a,     ///< half reads, half updates, zipfian
  b,     ///< 95 % reads, 5 % updates, zipfian
  c,     ///< reads, zipfian
  d,     ///< 95 % reads of the latest, 5 % inserts
  f,     ///< half reads, half read-modify-writes, zipfian
};

/// What is to be done.
struct Plan {
  std::vector<std::string> nodes{"127.0.0.1:4701"};
  Workload workload{};
  std::string workload_name;
  std::uint64_t operations{};        ///< 0: as many as `time` holds
  std::chrono::milliseconds time{};  ///< 0: until `operations` are done
  std::uint64_t keys = 1'000'000;
  std::size_t value_bytes = 100;
  std::uint32_t connections = 64;
  std::uint32_t pipeline = 1;  ///< operations under way per connection
  double rate{};               ///< offered per second, whatever the answers do: an open loop
  bool closed{};               ///< or else: the next begins when one ends
  std::chrono::milliseconds timeout{5000};
  std::string bucket;
  api::Level r, w;
  std::vector<pid_t> cpu_of;
  std::uint64_t seed = 1;
  bool json{};
  std::string floor_directory;  ///< where to measure the floor too; empty: not

  bool open_loop() const { return rate > 0; }
  std::uint32_t in_flight_max() const { return connections * pipeline; }
  /// R + W > N by default and for "quorum" or "all": then no read may miss an acknowledged write.
  bool reads_see_writes() const {
    auto majority = [](const api::Level& level) {
      using enum api::Level::Kind;
      return level.kind == standard || level.kind == quorum || level.kind == all;
    };
    return majority(r) && majority(w);
  }
};

}  // namespace starling::bench
