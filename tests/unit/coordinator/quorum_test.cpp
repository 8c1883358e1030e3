#include "coordinator/quorum.hpp"

#include <doctest/doctest.h>

using namespace starling;
using coordinator::Quorum;
using coordinator::resolve;

namespace {

enum class Says { nothing, yes, no };

/// Every assignment of votes to `voters`, as a number in base 3.
Says vote_of(std::uint32_t assignment, std::uint32_t voter) {
  for (; voter > 0; --voter) assignment /= 3;
  return static_cast<Says>(assignment % 3);
}

std::uint32_t power_of_three(std::uint32_t exponent) { return exponent == 0 ? 1 : 3 * power_of_three(exponent - 1); }

port::QuorumLevel of_kind(port::QuorumLevel::Kind kind) { return {kind, 0}; }
port::QuorumLevel number(std::uint32_t value) { return {port::QuorumLevel::Kind::number, value}; }

}  // namespace

TEST_CASE("a quorum is won at the needed number of yes, lost when it cannot be reached, for every vote of up to 5") {
  for (std::uint32_t voters = 1; voters <= 5; ++voters)
    for (std::uint32_t needed = 1; needed <= voters; ++needed)
      for (std::uint32_t assignment = 0; assignment < power_of_three(voters); ++assignment) {
        Quorum quorum(voters, needed);
        std::uint32_t yes = 0;
        std::uint32_t undecided = 0;
        for (std::uint32_t voter = 0; voter < voters; ++voter) switch (vote_of(assignment, voter)) {
            case Says::nothing: ++undecided; break;
            case Says::yes:
              ++yes;
              REQUIRE(quorum.yes(voter));
              break;
            case Says::no: REQUIRE(quorum.no(voter)); break;
          }
        REQUIRE(quorum.votes() == yes);
        REQUIRE(quorum.won() == (yes >= needed));
        REQUIRE(quorum.lost() == (yes + undecided < needed));
      }
}

TEST_CASE("a voter's first vote stands") {
  Quorum quorum(3, 2);
  CHECK(quorum.yes(0));
  CHECK_FALSE(quorum.yes(0));
  CHECK_FALSE(quorum.no(0));
  CHECK(quorum.votes() == 1);
  CHECK(quorum.no(1));
  CHECK_FALSE(quorum.yes(1));
  CHECK(quorum.votes() == 1);
  CHECK_FALSE(quorum.lost());
  CHECK(quorum.voted(1));
  CHECK_FALSE(quorum.voted(2));
}

TEST_CASE("levels are resolved against the list as it is, not against N") {
  using Kind = port::QuorumLevel::Kind;
  CHECK(resolve(of_kind(Kind::one), {}, 3) == 1U);
  CHECK(resolve(of_kind(Kind::all), {}, 3) == 3U);
  CHECK(resolve(of_kind(Kind::quorum), {}, 3) == 2U);
  CHECK(resolve(of_kind(Kind::quorum), {}, 2) == 2U);
  CHECK(resolve(of_kind(Kind::quorum), {}, 1) == 1U);
  CHECK(resolve(of_kind(Kind::quorum), {}, 5) == 3U);
  CHECK(resolve(of_kind(Kind::all), {}, 1) == 1U);
  CHECK(resolve(number(3), {}, 3) == 3U);
}

TEST_CASE("standard is what the node is configured with, and a quorum where nothing is") {
  using Kind = port::QuorumLevel::Kind;
  CHECK(resolve({}, of_kind(Kind::one), 3) == 1U);
  CHECK(resolve({}, number(3), 3) == 3U);
  CHECK(resolve({}, {}, 3) == 2U);
  CHECK(resolve(of_kind(Kind::all), of_kind(Kind::one), 3) == 3U);
}

TEST_CASE("a number of 0, or above the list, is invalid and the bound is named") {
  for (const std::uint32_t wrong : {0U, 4U, 0xffff'ffffU}) {
    const auto refused = resolve(number(wrong), {}, 3);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::invalid);
    CHECK(refused.error().message.find("1 to 3") != std::string::npos);
  }
}
