#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "port/event.hpp"

namespace starling::sim {

/// One number for everything that happened in a world, in order. Two runs of a seed that differ
/// in a single byte of a single event differ here.
class Trace {
 public:
  void mix(std::uint64_t word);
  void mix(BytesView bytes);
  void mix(Instant now, std::uint64_t host, const port::Event& event);

  std::uint64_t hash() const { return hash_; }

 private:
  std::uint64_t hash_{0x9e3779b97f4a7c15ULL};
  Bytes scratch_;
};

}  // namespace starling::sim
