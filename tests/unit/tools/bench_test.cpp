#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "bench/histogram.hpp"
#include "bench/keys.hpp"
#include "bench/ledger.hpp"
#include "bench/mix.hpp"
#include "bench/pace.hpp"

namespace starling::bench {
namespace {

TEST_CASE("percentiles are right to about three percent, from nanoseconds to minutes") {
  Random random(1);
  Histogram histogram;
  std::vector<std::int64_t> exact;
  for (int i = 0; i < 20'000; ++i) {
    auto ns = static_cast<std::int64_t>(random.next() >> (28 + random.below(36)));
    exact.push_back(ns);
    histogram.add(Duration(ns));
  }
  std::ranges::sort(exact);
  for (double share : {0.001, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    auto wanted = static_cast<double>(exact[static_cast<std::size_t>(std::ceil(share * 20'000)) - 1]);
    auto got = static_cast<double>(histogram.percentile(share).count());
    CHECK(got >= wanted);
    CHECK(got <= wanted * 1.04 + 1);
  }
  CHECK(histogram.percentile(1).count() == exact.back());
}

TEST_CASE("an empty histogram has no percentiles, and the largest duration fits") {
  Histogram histogram;
  CHECK(histogram.percentile(0.5) == Duration{});
  histogram.add(Duration::max());
  CHECK(histogram.percentile(0.5) == Duration::max());
}

TEST_CASE("keys are sixteen bytes and know their number") {
  CHECK(key_name(42) == "key-000000000042");
  CHECK(key_number(key_name(999'999)) == 999'999);
  CHECK(key_number("another") == no_key);
  CHECK(key_number("key-00000000004x") == no_key);
}

TEST_CASE("Zipf's first rank is as popular as it should be, and every rank is in range") {
  Random random(2);
  Zipfian zipfian(1000);
  double zeta = 0;
  for (int i = 1; i <= 1000; ++i) zeta += 1 / std::pow(i, 0.99);
  int first = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::uint64_t rank = zipfian.rank(random);
    REQUIRE(rank < 1000);
    first += rank == 0;
  }
  CHECK(first / 100'000.0 == doctest::Approx(1 / zeta).epsilon(0.05));
}

TEST_CASE("a load inserts every key once") {
  Plan plan;
  plan.workload = Workload::load;
  plan.keys = 100;
  Mix mix(plan);
  std::set<std::uint64_t> keys;
  for (int i = 0; i < 100; ++i) {
    Mix::Drawn drawn = mix.draw();
    CHECK(drawn.kind == Kind::insert);
    keys.insert(drawn.key);
  }
  CHECK(keys.size() == 100);
  CHECK(*keys.rbegin() == 99);
}

TEST_CASE("the latest keys are read most, and inserts make new ones") {
  Plan plan;
  plan.workload = Workload::d;
  plan.keys = 1000;
  Mix mix(plan);
  int recent = 0, reads = 0;
  for (int i = 0; i < 1000; ++i) {
    std::uint64_t newest = mix.keys();
    Mix::Drawn drawn = mix.draw();
    if (drawn.kind == Kind::insert) {
      CHECK(drawn.key == newest);
      continue;
    }
    REQUIRE(drawn.key < newest);
    ++reads;
    recent += drawn.key + 10 >= newest;
  }
  CHECK(mix.keys() > 1020);
  CHECK(recent > reads / 5);
}

TEST_CASE("a read is stale when it shows only versions below the acknowledged one") {
  Ledger ledger(1, 100);
  std::uint64_t older = ledger.next_version();
  std::string old_value = ledger.value_of(older);
  std::uint64_t newer = ledger.next_version();
  std::string new_value = ledger.value_of(newer);
  CHECK(Ledger::shows({{}, "context"}, ledger.must_show(0)));
  ledger.acknowledged(0, newer);
  ledger.acknowledged(0, older);  // a late answer takes nothing back
  CHECK_FALSE(Ledger::shows({{old_value}, "context"}, ledger.must_show(0)));
  CHECK_FALSE(Ledger::shows({{}, "context"}, ledger.must_show(0)));
  CHECK(Ledger::shows({{old_value, new_value}, "context"}, ledger.must_show(0)));
}

TEST_CASE("an open loop's schedule does not wait for anybody") {
  Plan plan;
  plan.rate = 1000;
  plan.operations = 10;
  Instant start{5s};
  Pace pace(plan, start);
  CHECK(pace.next(start) == start);
  CHECK_FALSE(pace.next(start - 1ms));
  for (int i = 0; i < 3; ++i) pace.begun();
  CHECK_FALSE(pace.next(start + 2ms));
  CHECK(pace.next(start + 1s) == start + 3ms);
  CHECK(pace.offered(start + 5ms) == 5);
  CHECK_FALSE(pace.ended(start + 1s));
  for (int i = 0; i < 7; ++i) pace.begun();
  CHECK(pace.ended(start + 1s));
  CHECK(pace.offered(start + 1s) == 10);
}

TEST_CASE("a closed loop begins now, until its time is over") {
  Plan plan;
  plan.closed = true;
  plan.time = std::chrono::seconds(1);
  Pace pace(plan, Instant{});
  CHECK(pace.next(Instant{500ms}) == Instant{500ms});
  CHECK_FALSE(pace.next(Instant{1s}));
  CHECK(pace.ended(Instant{1s}));
}

}  // namespace
}  // namespace starling::bench
