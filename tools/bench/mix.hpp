#pragma once

#include <cstdint>
#include <optional>

#include "base/random.hpp"
#include "bench/keys.hpp"
#include "bench/plan.hpp"

namespace starling::bench {

enum class Kind : std::uint8_t {
  read,
  update,             ///< in place of what is there
  insert,             ///< of a key that is not there
  read_modify_write,  ///< counted as one
};

/// Draws the operations of a workload.
class Mix {
 public:
  explicit Mix(const Plan& plan);

  struct Drawn {
    Kind kind{};
    std::uint64_t key{};
  };
  Drawn draw();
  /// One past the highest key that may be drawn.
  std::uint64_t keys() const { return keys_; }

 private:
  Workload workload_;
  Random random_;
  std::uint64_t keys_;
  std::uint64_t loaded_{};
  std::optional<Zipfian> zipfian_;
};

}  // namespace starling::bench
