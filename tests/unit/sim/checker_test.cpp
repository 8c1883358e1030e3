#include "sim/checker.hpp"

#include <doctest/doctest.h>

using namespace starling;
using namespace starling::sim;

namespace {

/// A history written by hand: each operation begins after the one before it has ended.
struct Story {
  OpId add(Op op) {
    op.began = Instant{std::chrono::seconds(2 * history.ops.size())};
    op.ended = op.began + 1s;
    history.ops.push_back(std::move(op));
    return history.ops.size() - 1;
  }
  OpId put(std::set<OpId> covers, Op::Outcome outcome = Op::Outcome::done,
           Op::Strength strength = Op::Strength::majority) {
    return add({.kind = Op::Kind::put, .strength = strength, .covers = std::move(covers), .outcome = outcome});
  }
  OpId remove(std::set<OpId> covers, Op::Outcome outcome = Op::Outcome::done) {
    return add({.kind = Op::Kind::remove,
                .strength = Op::Strength::majority,
                .covers = std::move(covers),
                .outcome = outcome});
  }
  OpId get(std::set<OpId> values, Op::Strength strength = Op::Strength::majority) {
    return add(
        {.kind = Op::Kind::get, .strength = strength, .outcome = Op::Outcome::done, .values = std::move(values)});
  }
  std::string verdict() const {
    const auto violations = check(history, {.moves = moves});
    return violations.empty() ? "kept" : violations.front().rule;
  }

  History history;
  std::vector<Move> moves;
};

}  // namespace

TEST_CASE_FIXTURE(Story, "siblings, overwritten values and deleted ones are as they should be") {
  const OpId a = put({});
  const OpId b = put({});
  get({a, b});
  const OpId c = put({a, b});
  get({c});
  remove({c});
  get({});
  CHECK(verdict() == "kept");
}

TEST_CASE_FIXTURE(Story, "a value that is gone and was never written over is a loss") {
  put({});
  const OpId b = put({});
  get({b});
  CHECK(verdict() == "reads");
}

TEST_CASE_FIXTURE(Story, "what was written over is accounted for through any number of steps") {
  const OpId a = put({});
  const OpId b = put({a}, Op::Outcome::in_doubt);
  const OpId c = put({b});
  get({c});
  CHECK(verdict() == "kept");
}

TEST_CASE_FIXTURE(Story, "a delete that was refused explains nothing, one in doubt does") {
  const OpId a = put({});
  remove({a}, Op::Outcome::in_doubt);
  get({});
  CHECK(verdict() == "kept");
  history.ops[1].outcome = Op::Outcome::refused;
  CHECK(verdict() == "reads");
}

TEST_CASE_FIXTURE(Story, "a weak write may be missed by a quorum, but not by a read at all") {
  const OpId a = put({}, Op::Outcome::done, Op::Strength::one);
  get({});
  CHECK(verdict() == "kept");
  get({}, Op::Strength::all);
  CHECK(verdict() == "reads");
  history.ops.pop_back();
  get({a}, Op::Strength::all);
  CHECK(verdict() == "kept");
}

TEST_CASE_FIXTURE(Story, "a write with a majority is shown to a majority, however the replicas change") {
  put({});
  get({});
  moves = {{.key = 0, .since = Instant{}, .until = Instant{100s}}};
  CHECK(verdict() == "reads");
  history.ops[0].strength = Op::Strength::all;
  CHECK(verdict() == "reads");
  history.ops[1].strength = Op::Strength::all;
  CHECK(verdict() == "reads");
}

TEST_CASE_FIXTURE(Story,
                  "a read of all may miss a weak write only if the replicas changed meanwhile, or one did not know") {
  put({}, Op::Outcome::done, Op::Strength::one);
  put({}, Op::Outcome::done, Op::Strength::one);  // from 2 s on
  get({0}, Op::Strength::all);                    // until 5 s
  CHECK(verdict() == "reads");
  moves = {{.key = 0, .since = Instant{}, .until = Instant{1900ms}}};  // all knew when the write began
  CHECK(verdict() == "reads");
  moves = {{.key = 0, .since = Instant{5100ms}, .until = Instant{6s}}};  // later
  CHECK(verdict() == "reads");
  moves = {{.key = 1, .since = Instant{}, .until = Instant{6s}}};  // another key
  CHECK(verdict() == "reads");
  moves = {{.key = 0, .since = Instant{}, .until = Instant{2100ms}}};
  CHECK(verdict() == "kept");
  moves = {{.key = 0, .since = Instant{3500ms}, .until = Instant{3600ms}}};
  CHECK(verdict() == "kept");
}

TEST_CASE_FIXTURE(Story, "a weak read may miss a write to all only at a former replica that does not know") {
  put({}, Op::Outcome::done, Op::Strength::all);  // until 1 s
  get({}, Op::Strength::one);                     // from 2 s on
  CHECK(verdict() == "reads");
  moves = {{.key = 0, .since = Instant{1100ms}, .until = Instant{9s}}};  // a former one has the write
  CHECK(verdict() == "reads");
  moves = {{.key = 0, .since = Instant{}, .until = Instant{1900ms}}};  // knows by now
  CHECK(verdict() == "reads");
  moves = {{.key = 0, .since = Instant{900ms}, .until = Instant{2100ms}}};
  CHECK(verdict() == "kept");
}

TEST_CASE_FIXTURE(Story,
                  "a write that stand-ins were needed for may be missed by reads, one that only allowed them not") {
  put({});
  history.ops[0].sloppy = true;
  get({});
  CHECK(verdict() == "reads");
  history.ops[0].stood_in = true;
  CHECK(verdict() == "kept");
}

TEST_CASE_FIXTURE(Story, "a value that its put was refused for must not show") {
  const OpId a = put({}, Op::Outcome::refused);
  get({a});
  CHECK(verdict() == "reads");
}

TEST_CASE_FIXTURE(Story, "bytes that nobody wrote must not show") {
  get({});
  history.ops.back().phantoms.push_back("?");
  CHECK(verdict() == "reads");
}

TEST_CASE_FIXTURE(Story, "a deleted value must not come back") {
  const OpId a = put({});
  remove({a});
  get({a});
  CHECK(verdict() == "reads");
}

TEST_CASE_FIXTURE(Story, "a value and what was written over it are never siblings") {
  const OpId a = put({}, Op::Outcome::in_doubt);
  const OpId b = put({a}, Op::Outcome::in_doubt);
  get({a, b});
  CHECK(verdict() == "reads");
}

TEST_CASE_FIXTURE(Story, "a read that finds nothing where something was deleted must have a context") {
  const OpId a = put({});
  remove({a});
  get({});
  history.ops.back().empty_context = true;
  CHECK(verdict() == "reads");
}

TEST_CASE_FIXTURE(Story, "a read that overlaps a write may have it or not") {
  const OpId a = put({});
  const OpId b = put({a});
  get({a});
  history.ops.back().began = history.ops[b].began;
  CHECK(verdict() == "kept");
}

TEST_CASE("a value tells who wrote it, and damage shows") {
  History history;
  history.ops.resize(3);
  history.ops[2] = {.kind = Op::Kind::put, .key = 1};
  CHECK(history.writer_of(1, history.value_of(2)) == OpId{2});
  CHECK_FALSE(history.writer_of(0, history.value_of(2)));
  CHECK_FALSE(history.writer_of(1, history.value_of(2) + "x"));
  CHECK_FALSE(history.writer_of(1, history.value_of(1)));
}
