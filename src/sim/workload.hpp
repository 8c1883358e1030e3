#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "sim/links.hpp"

namespace starling::sim {

/// What the clients of a world do; drawn for each seed, so that each is one-sided in its own way.
struct Workload {
  std::size_t clients = 4;
  std::size_t keys = 3;
  std::size_t counters = 0;  ///< the first of the keys are only read and added to
  bool moves_on = false;     ///< from key to key, so that each is left as it was then; else all are used all the time
  Duration think_max = 60ms;
  std::uint32_t hot_percent = 0;  ///< of the operations: on the first key; the others on any
  std::uint32_t gets_percent = 40;
  std::uint32_t deletes_percent = 10;  ///< of the writes
  std::uint32_t unread_percent = 0;    ///< of the deletes: without a context
  std::uint32_t blind_percent = 20;    ///< of the puts: without a context
  std::uint32_t weak_percent = 10;     ///< at r or w = one
  std::uint32_t strong_percent = 5;    ///< at r or w = all
  std::uint32_t sloppy_percent = 0;    ///< of the writes
  std::uint32_t settled_percent = 0;   ///< of the clients: stay with a node until it fails them
  std::uint32_t loyal_percent = 0;     ///< of those: whatever happens
  std::uint32_t holding_percent = 0;   ///< of the clients: use a context for long
  std::uint32_t retrying_percent = 0;  ///< of the clients: try a failed write again
  std::uint32_t hasty_percent = 0;     ///< of the clients: have little patience

  static Workload draw(Random& random);
};

/// What a client is like.
struct Habits {
  HostIndex home{};
  bool settled{};
  bool loyal{};
  Duration holds{};                  ///< for so long it keeps to the context that it has for a key
  std::uint32_t attempts = 1;        ///< of a write
  std::optional<Duration> patience;  ///< the time-out that it asks for
};

std::vector<Habits> draw_habits(const Workload& workload, std::size_t hosts, Random& random);

}  // namespace starling::sim
