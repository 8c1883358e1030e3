#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/bytes.hpp"
#include "base/ensure.hpp"

/// A fuzzer is one function that takes bytes as a stranger might send them, and holds its room to a
/// promise with ensure(). libFuzzer invents the bytes (libfuzzer.cpp, tools/fuzz); replay.cpp takes
/// them from the files of tests/fuzz/corpus, with any compiler. What each promises: docs/fuzzing.md.
namespace starling::fuzz {

/// Defined once in each *_fuzz.cpp. Returns for every input, or stops the program.
void try_input(BytesView input);

/// Takes an input apart where a fuzzer needs several things: no input is refused, an exhausted one
/// yields zeros and empty pieces.
class Pieces {
 public:
  explicit Pieces(BytesView input) : rest_(input) {}

  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto first = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return first;
  }
  /// Two bytes that say how many follow, and those; all that is left where they are fewer.
  BytesView chunk() {
    const std::size_t low = byte();
    return take(low | std::size_t{byte()} << 8);
  }
  BytesView take(std::size_t bytes) {
    const BytesView taken = rest_.substr(0, std::min(bytes, rest_.size()));
    rest_.remove_prefix(taken.size());
    return taken;
  }
  BytesView rest() { return std::exchange(rest_, {}); }
  bool empty() const { return rest_.empty(); }

 private:
  BytesView rest_;
};

/// What chunk() takes, for making inputs.
inline Bytes as_chunk(BytesView bytes) {
  Bytes chunk{static_cast<char>(bytes.size() & 0xff), static_cast<char>(bytes.size() >> 8)};
  return chunk += bytes.substr(0, 0xffff);
}

}  // namespace starling::fuzz
