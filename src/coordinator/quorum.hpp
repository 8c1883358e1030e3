#pragma once

#include <bit>
#include <cstdint>

#include "base/error.hpp"
#include "port/client.hpp"

namespace starling::coordinator {

/// Tallies the votes of a preference list; voters are named by their place in it. Won once
/// `needed` have said yes, lost as soon as too few are left that could. A voter's first vote
/// stands, so repeated messages change nothing. Dynamo §4.5.
class Quorum {
 public:
  Quorum(std::uint32_t voters, std::uint32_t needed);

  /// False if it had voted before.
  bool yes(std::uint32_t voter);
  bool no(std::uint32_t voter);

  bool voted(std::uint32_t voter) const { return ((yes_ | no_) & bit(voter)) != 0; }
  bool said_yes(std::uint32_t voter) const { return (yes_ & bit(voter)) != 0; }
  bool said_no(std::uint32_t voter) const { return (no_ & bit(voter)) != 0; }

  std::uint32_t needed() const { return needed_; }
  std::uint32_t votes() const;
  /// Those that have said yes or may still.
  std::uint32_t hopeful() const;
  bool won() const { return votes() >= needed_; }
  bool lost() const;
  bool all_voted() const { return static_cast<std::uint32_t>(std::popcount(yes_ | no_)) == voters_; }

 private:
  static std::uint32_t bit(std::uint32_t voter) { return 1U << voter; }

  std::uint32_t voters_;
  std::uint32_t needed_;
  std::uint32_t yes_{};
  std::uint32_t no_{};
};

/// R or W as a number. Standard stands for what the node is configured with, and that for a quorum
/// where nothing is; all for the whole list as it is, quorum for its majority. `invalid` with the
/// bound for 0 and for more than the list has.
Result<std::uint32_t> resolve(port::QuorumLevel level, port::QuorumLevel standard, std::uint32_t replicas);

}  // namespace starling::coordinator
