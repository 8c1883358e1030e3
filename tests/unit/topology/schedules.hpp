#pragma once

#include "assembly.hpp"

namespace starling::topology::testing {

struct ScheduleOutcome {
  std::size_t contradictions{};  ///< two rings for one epoch
  std::uint64_t epochs{};        ///< decided in bad weather
  bool progress{};               ///< in good weather one more was decided, and everybody knows
};

/// What becomes of the directory of one delegate in a history.
enum class Directory : std::uint8_t { kept, rolled_back, rolled_back_unnoticed };

inline void endure(Assembly& assembly, Random& random, std::uint64_t crash_percent, Directory directory) {
  std::uint32_t weight = 1;
  auto copy = assembly[0].records;
  for (int turn = 0; turn < 60; ++turn) {
    if (directory != Directory::kept && random.chance(1, 10))
      assembly.roll_back(0, copy, directory == Directory::rolled_back);
    if (random.chance(1, 10)) copy = assembly[0].records;
    const std::size_t one = random.below(assembly.size());
    if (!assembly.up(one)) {
      if (random.chance(1, 2)) assembly.start(one);
    } else if (random.chance(crash_percent, 100)) {
      assembly.crash(one);
    } else {
      assembly.propose(one, ++weight);
    }
    assembly.run(Duration{1ms} * static_cast<int>(random.below(400)));
  }
}

inline std::pair<Epoch, Epoch> lowest_and_highest(const Assembly& assembly) {
  std::pair epochs{assembly.epoch(0), assembly.epoch(0)};
  for (std::size_t i = 1; i < assembly.size(); ++i) {
    epochs.first = std::min(epochs.first, assembly.epoch(i));
    epochs.second = std::max(epochs.second, assembly.epoch(i));
  }
  return epochs;
}

/// One random history: everybody proposes rings of its own, while messages are lost, doubled and overtaken by
/// others and delegates crash in the middle of saving and start again. Then all is well.
inline ScheduleOutcome random_schedule(std::uint64_t seed, Directory directory = Directory::kept) {
  Random random(seed);
  // Nobody can tell a node alone that it was rolled back.
  const std::size_t delegates = 1 + random.below(5);
  Assembly assembly(directory == Directory::kept ? delegates : std::max<std::size_t>(2, delegates), seed);
  assembly.weather = {.lost_percent = random.below(40),
                      .doubled_percent = random.below(30),
                      .delay_max = Duration{1ms} * static_cast<int>(1 + random.below(300)),
                      .save_max = Duration{1ms} * static_cast<int>(1 + random.below(100))};
  endure(assembly, random, random.below(25), directory);
  assembly.weather = {};
  for (std::size_t i = 0; i < assembly.size(); ++i)
    if (!assembly.up(i)) assembly.start(i);
  assembly.run(1s);
  const Epoch reached = lowest_and_highest(assembly).second;
  for (std::size_t i = 0; i < 2 * assembly.size(); ++i) {
    assembly.propose(i % assembly.size(), 1000);
    assembly.run(15s);
  }
  const auto [lowest, highest] = lowest_and_highest(assembly);
  return {.contradictions = assembly.contradictions,
          .epochs = reached.value - 1,
          .progress = lowest > reached && highest.value - lowest.value <= 1};
}

}  // namespace starling::topology::testing
