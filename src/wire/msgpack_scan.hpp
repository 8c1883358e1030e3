#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "wire/msgpack_head.hpp"

namespace starling::wire {

struct ScanLimits {
  std::size_t bytes_max;  ///< of one whole value
  std::uint32_t depth_max = 8;
};

/// Finds the end of one MessagePack value in a stream, checking every length against the limits
/// when it is *declared*: the five bytes dd ff ff ff ff are refused before anything is allocated.
/// (msgpack-c's own streaming unpacker checks when a value is complete, which is too late.)
/// Resumes where it stopped, so a value that arrives byte by byte costs no more than one that comes whole.
class MsgpackScan {
 public:
  explicit MsgpackScan(ScanLimits limits) : limits_(limits) { restart(); }

  /// `bytes` begins where the value begins and is what has arrived so far (only ever longer from
  /// call to call). Its length once it is whole, nothing while it is not, `malformed` for 0xc1,
  /// extension types, too deep, too long, or a container of more items than bytes could follow.
  Result<std::optional<std::size_t>> advance(BytesView bytes);
  /// For the next value of the stream.
  void restart();

 private:
  Result<void> enter(const Head& head);

  ScanLimits limits_;
  std::size_t at_{};                 ///< may lie behind what has arrived: the end of a str or bin
  std::uint64_t wanted_{};           ///< values still to come, over all open containers
  std::vector<std::uint64_t> open_;  ///< how many each open container still wants
};

}  // namespace starling::wire
