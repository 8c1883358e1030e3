#pragma once

#include <bit>
#include <cstdint>
#include <optional>

#include "base/error.hpp"
#include "port/client.hpp"

namespace starling::coordinator {

/// Tallies votes over one preference list, or over the two of a partition that moves; voters are
/// named by their place among all of them. Won once so many of each list have said yes as it needs,
/// lost as soon as in one of them too few are left that could. A voter's first vote stands, so
/// repeated messages change nothing. Dynamo §4.5; for two lists, docs/architecture.md.
class Quorum {
 public:
  /// Voters of one list, a bit for each.
  struct Electorate {
    std::uint32_t voters{};
    std::uint32_t needed{};
  };

  /// One list.
  Quorum(std::uint32_t voters, std::uint32_t needed);
  Quorum(std::uint32_t voters, Electorate first, Electorate second);

  /// False if it had voted before.
  bool yes(std::uint32_t voter);
  bool no(std::uint32_t voter);

  bool voted(std::uint32_t voter) const { return ((yes_ | no_) & bit(voter)) != 0; }
  bool said_yes(std::uint32_t voter) const { return (yes_ & bit(voter)) != 0; }
  bool said_no(std::uint32_t voter) const { return (no_ & bit(voter)) != 0; }

  std::uint32_t votes() const { return static_cast<std::uint32_t>(std::popcount(yes_)); }
  bool won() const { return won_with(0); }
  bool lost() const { return lost_with(0); }
  /// The same, if others vouch for these voters.
  bool won_with(std::uint32_t vouched) const { return !in_want(yes_ | vouched); }
  bool lost_with(std::uint32_t vouched) const { return in_want(~no_ | vouched).has_value(); }
  bool all_voted() const { return static_cast<std::uint32_t>(std::popcount(yes_ | no_)) == voters_; }

  /// The first list, if any, that these voters are too few of.
  std::optional<Electorate> in_want(std::uint32_t voters) const;
  /// What the first list needs.
  std::uint32_t needed() const { return first_.needed; }

  static std::uint32_t bit(std::uint32_t voter) { return 1U << voter; }

 private:
  std::uint32_t voters_;
  Electorate first_;
  Electorate second_;
  std::uint32_t yes_{};
  std::uint32_t no_{};
};

/// R or W as a number. Standard stands for what the node is configured with, and that for a quorum
/// where nothing is; all for the whole list as it is, quorum for its majority. `invalid` with the
/// bound for 0 and for more than the list has.
Result<std::uint32_t> resolve(port::QuorumLevel level, port::QuorumLevel standard, std::uint32_t replicas);

}  // namespace starling::coordinator
