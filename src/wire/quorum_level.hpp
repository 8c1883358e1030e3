#pragma once

#include <cstdint>

namespace starling::wire {

/// R or W as a client wrote it. It is resolved against the preference list of the moment: while a
/// partition moves it has two of them.
struct QuorumLevel {
  enum class Kind : std::uint8_t { standard, one, quorum, all, number };
  Kind kind{Kind::standard};  ///< standard: as configured on the node
  std::uint32_t number{};
  friend bool operator==(const QuorumLevel&, const QuorumLevel&) = default;
};

}  // namespace starling::wire
