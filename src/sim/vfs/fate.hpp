#pragma once

#include <cstdint>
#include <optional>

#include "base/random.hpp"

namespace starling::sim::vfs {

/// What becomes of things that were written and not synced when the power fails. A disk is free to
/// keep any subset of them: each is asked about by itself.
class Fate {
 public:
  static Fate nothing_survives() { return Fate(0, std::nullopt); }
  static Fate all_survives() { return Fate(chances, std::nullopt); }
  /// A random subset; how large, is drawn as well.
  static Fate drawn(Random random) {
    const std::uint64_t kept = 1 + random.below(chances - 1);
    return Fate(kept, random);
  }

  bool spares() { return random_ ? random_->chance(kept_, chances) : kept_ != 0; }

 private:
  static constexpr std::uint64_t chances = 16;
  Fate(std::uint64_t kept, std::optional<Random> random) : kept_(kept), random_(random) {}

  std::uint64_t kept_;
  std::optional<Random> random_;
};

}  // namespace starling::sim::vfs
