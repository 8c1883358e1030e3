#include "membership/suspicion.hpp"

#include <doctest/doctest.h>

#include "membership/schedule.hpp"

using namespace starling;
using membership::Profile;
using membership::Suspicions;
using membership::SuspicionSpan;

namespace {

constexpr NodeId suspect{5};

}  // namespace

TEST_CASE("the shortest suspicion grows with the logarithm of the cluster, the longest is a multiple of it") {
  CHECK(SuspicionSpan::of(Profile::lan(), 3).min == 4s);
  CHECK(SuspicionSpan::of(Profile::lan(), 10).min == 4s);
  CHECK(SuspicionSpan::of(Profile::lan(), 100).min == 8s);
  CHECK(SuspicionSpan::of(Profile::lan(), 1000).min == 12s);
  CHECK(SuspicionSpan::of(Profile::lan(), 100).max == 48s);
}

TEST_CASE("each further accuser shortens it, down to the minimum and no further") {
  const auto span = SuspicionSpan::of(Profile::lan(), 100);
  REQUIRE(span.wanted == 2);
  CHECK(span.lasting(0) == 48s);
  CHECK(span.lasting(1) == 48s);
  // 48 − 40 · log 2 / log 3, to the millisecond
  CHECK(span.lasting(2) == 22763ms);
  CHECK(span.lasting(3) == 8s);
  CHECK(span.lasting(9) == 8s);
}

TEST_CASE("where nobody is left to confirm, a suspicion lasts no longer than the minimum") {
  CHECK(SuspicionSpan::of(Profile::lan(), 2).wanted == 0);
  CHECK(SuspicionSpan::of(Profile::lan(), 2).lasting(1) == 4s);
  CHECK(SuspicionSpan::of(Profile::lan(), 3).wanted == 1);
  CHECK(SuspicionSpan::of(Profile::lan(), 3).lasting(2) == 4s);
}

TEST_CASE("a suspicion runs from its first accusation, whenever the others come") {
  Suspicions suspicions(Profile::lan());
  suspicions.accuse(suspect, 1, 100, Instant{10s});
  CHECK(suspicions.take_expired(Instant{57s}).empty());
  suspicions.accuse(suspect, 3, 100, Instant{13s});
  CHECK(suspicions.take_expired(Instant{17s}).empty());
  CHECK(suspicions.take_expired(Instant{18s}) == std::vector{suspect});
  CHECK(suspicions.deadline() == membership::never);
}

TEST_CASE("a dropped suspicion never becomes a verdict, and a new one starts afresh") {
  Suspicions suspicions(Profile::lan());
  suspicions.accuse(suspect, 3, 100, Instant{});
  suspicions.drop(suspect);
  CHECK(suspicions.take_expired(Instant{100s}).empty());
  suspicions.accuse(suspect, 3, 100, Instant{100s});
  CHECK(suspicions.take_expired(Instant{107s}).empty());
  CHECK(suspicions.take_expired(Instant{108s}) == std::vector{suspect});
}

TEST_CASE("time that we did not live through does not count against anybody") {
  Suspicions suspicions(Profile::lan());
  suspicions.accuse(suspect, 3, 100, Instant{});
  suspicions.postpone(60s);
  CHECK(suspicions.take_expired(Instant{60s}).empty());
  suspicions.accuse(suspect, 4, 100, Instant{61s});
  CHECK(suspicions.take_expired(Instant{67s}).empty());
  CHECK(suspicions.take_expired(Instant{68s}) == std::vector{suspect});
}

TEST_CASE("a period before the verdict comes the last call, once") {
  Suspicions suspicions(Profile::lan());
  suspicions.accuse(suspect, 3, 100, Instant{});
  CHECK(suspicions.deadline() == Instant{7s});
  CHECK(suspicions.take_last_calls(Instant{6s}).empty());
  CHECK(suspicions.take_last_calls(Instant{7s}) == std::vector{suspect});
  CHECK(suspicions.take_last_calls(Instant{7s}).empty());
  CHECK(suspicions.deadline() == Instant{8s});
}
