#include <doctest/doctest.h>

#include "sim/checker.hpp"

using namespace starling;
using namespace starling::sim;

namespace {

/// A key's history written by hand, and what three replicas hold in the end.
struct Story {
  OpId add(Op op) {
    op.began = Instant{std::chrono::seconds(2 * history.ops.size())};
    op.ended = op.began + 1s;
    op.attempts.push_back({.began = op.began, .ended = op.ended, .outcome = op.outcome});
    history.ops.push_back(std::move(op));
    return history.ops.size() - 1;
  }
  OpId write(Op::Kind kind, std::set<OpId> covers, Outcome outcome, Op::Strength strength) {
    return add({.kind = kind, .strength = strength, .covers = std::move(covers), .outcome = outcome});
  }
  OpId put(std::set<OpId> covers = {}, Outcome outcome = Outcome::done,
           Op::Strength strength = Op::Strength::majority) {
    return write(Op::Kind::put, std::move(covers), outcome, strength);
  }
  OpId remove(std::set<OpId> covers, Outcome outcome = Outcome::done) {
    return write(Op::Kind::remove, std::move(covers), outcome, Op::Strength::majority);
  }
  OpId count(std::set<OpId> covers) {
    const OpId id = put(std::move(covers));
    history.ops[id].adds = {id};
    for (OpId over : history.ops[id].covers)
      history.ops[id].adds.insert(history.ops[over].adds.begin(), history.ops[over].adds.end());
    return id;
  }

  void hold(HostIndex host, const std::set<OpId>& values) {
    Holding holding{.host = host};
    for (OpId value : values)
      holding.object.siblings.push_back({.dot = {ActorId{1}, value + 1}, .value = history.value_of(value)});
    ending.holdings.push_back(std::move(holding));
  }
  void all_hold(const std::set<OpId>& values) {
    for (HostIndex host = 0; host < 3; ++host) hold(host, values);
  }
  std::string verdict() const {
    const auto violations = check(history, ending);
    return violations.empty() ? "kept" : violations.front().rule;
  }

  History history;
  Ending ending;
};

}  // namespace

TEST_CASE_FIXTURE(Story, "what is held, written over, or deleted is accounted for") {
  const OpId a = put();
  const OpId b = put({a});
  const OpId c = put();
  remove({c});
  all_hold({b});
  CHECK(verdict() == "kept");
}

TEST_CASE_FIXTURE(Story, "an acknowledged put that nothing has come of is a loss, one in doubt is not") {
  const OpId a = put({}, Outcome::in_doubt);
  const OpId b = put();
  all_hold({a, b});
  CHECK(verdict() == "kept");
  ending.holdings.clear();
  all_hold({b});
  CHECK(verdict() == "kept");
  ending.holdings.clear();
  all_hold({a});
  CHECK(verdict() == "no loss");
}

TEST_CASE_FIXTURE(Story, "an acknowledged add that the sum lacks is a loss, also where its value was written over") {
  const OpId a = count({});
  const OpId b = count({a});
  all_hold({b});
  CHECK(verdict() == "kept");
  history.ops[b].adds = {b};  // its client read a, and forgot what a had counted
  ending.holdings.clear();
  all_hold({b});
  CHECK(verdict() == "no loss");
}

TEST_CASE_FIXTURE(Story, "what was refused, and what nobody wrote, must not be held") {
  put();
  const OpId refused = put({}, Outcome::refused);
  all_hold({0, refused});
  CHECK(verdict() == "no phantom");
  ending.holdings.clear();
  all_hold({0});
  for (Holding& holding : ending.holdings) holding.object.siblings[0].value += "?";
  CHECK(verdict() == "no phantom");
}

TEST_CASE_FIXTURE(Story, "a value must not be held beside one that it was written over, nor after one") {
  const OpId a = put();
  const OpId b = put({a}, Outcome::in_doubt);
  all_hold({a, b});
  CHECK(verdict() == "antichain");
  history.ops[b].outcome = Outcome::done;
  ending.holdings.clear();
  all_hold({a});
  CHECK(verdict() == "no loss");
  put({b});  // accounts for b, and so for a
  ending.holdings.clear();
  all_hold({a, 2});
  CHECK(verdict() == "antichain");
}

TEST_CASE_FIXTURE(Story, "what was deleted must not be held, unless the delete is in doubt") {
  const OpId a = put();
  const OpId gone = remove({a});
  all_hold({a});
  CHECK(verdict() == "no resurrection");
  history.ops[gone].outcome = Outcome::in_doubt;
  CHECK(verdict() == "kept");
}

TEST_CASE_FIXTURE(Story, "a delete of whatever is there explains all that had begun by then, and accuses nobody") {
  const OpId a = put();
  const OpId gone = remove({});
  history.ops[gone].unread = true;
  all_hold({});
  CHECK(verdict() == "kept");
  ending.holdings.clear();
  all_hold({a});
  CHECK(verdict() == "kept");
  put();
  CHECK(verdict() == "no loss");
}

TEST_CASE_FIXTURE(Story, "of a put that was tried twice one value may live on, though the other is written over") {
  const OpId a = put({}, Outcome::in_doubt);
  const OpId b = put({a});
  all_hold({a, b});
  CHECK(verdict() == "antichain");
  history.ops[a].attempts.push_back(history.ops[a].attempts.front());
  CHECK(verdict() == "kept");
  history.ops[a].attempts.front().outcome = Outcome::refused;  // so it was put only once
  CHECK(verdict() == "antichain");
}

TEST_CASE_FIXTURE(Story, "replicas that hold different siblings have not converged, tombstones do not count") {
  const OpId a = put({}, Outcome::in_doubt);
  hold(0, {a});
  hold(1, {a});
  CHECK(verdict() == "kept");
  ending.holdings[1].object.siblings.push_back({.dot = {ActorId{2}, 1}, .tombstone = true});
  CHECK(verdict() == "kept");
  hold(2, {});
  CHECK(verdict() == "convergence");
}

TEST_CASE_FIXTURE(Story, "a hint that is kept to the end is not convergence") {
  ending.owings.push_back({.host = 1, .to = 2, .hints = 3});
  CHECK(verdict() == "convergence");
}

TEST_CASE_FIXTURE(Story, "one dot must not name two writes") {
  const OpId a = put({}, Outcome::in_doubt);
  const OpId b = put({}, Outcome::in_doubt);
  hold(0, {a});
  hold(1, {b});
  ending.holdings[1].object.siblings[0].dot = ending.holdings[0].object.siblings[0].dot;
  CHECK(verdict() == "no dot twice");
}

TEST_CASE_FIXTURE(Story, "a write is owed as long as one of the machines that acknowledged it has not lost it") {
  put();
  put({}, Outcome::done, Op::Strength::one);
  all_hold({0});
  CHECK(verdict() == "no loss");
  ending.losses.push_back({.host = 2, .until = Instant{100s}, .shows = Instant{100s}});
  CHECK(verdict() == "kept");
  ending.losses.front().until = Instant{1s};  // that was before the second put
  CHECK(verdict() == "no loss");
  ending.losses.front() = {.host = 2, .since = Instant{3500ms}, .until = Instant{100s}};  // it kept all up to then
  CHECK(verdict() == "no loss");
  ending.losses.front().since = Instant{2s};
  ending.holdings.clear();
  all_hold({});
  CHECK(verdict() == "no loss");  // the first put was acknowledged by two
}

TEST_CASE_FIXTURE(Story,
                  "a read may miss what a machine that answers it has forgotten, not what one forgot that is gone") {
  put();
  add({.kind = Op::Kind::get, .strength = Op::Strength::majority, .outcome = Outcome::done});
  CHECK(verdict() == "reads");
  ending.losses.push_back({.host = 2, .until = Instant{1500ms}, .shows = Instant{1500ms}});
  CHECK(verdict() == "kept");
  history.ops[1].strength = Op::Strength::all;
  CHECK(verdict() == "reads");
  history.ops[1].strength = Op::Strength::majority;
  ending.losses.front().silent = true;
  CHECK(verdict() == "reads");
  ending.losses.front() = {.host = 2, .until = Instant{9s}, .shows = Instant{9s}};  // not yet
  CHECK(verdict() == "reads");
}

TEST_CASE_FIXTURE(
    Story, "what a stand-in acknowledged is a loss like any other, and may be lost with its target at any time") {
  const OpId a = put();
  history.ops[a].stood_in = true;
  all_hold({});
  CHECK(verdict() == "no loss");
  ending.losses.push_back({.host = 1, .since = Instant{50s}, .until = Instant{100s}, .shows = Instant{100s}});
  CHECK(verdict() == "no loss");
  ending.losses.push_back({.host = 2, .since = Instant{50s}, .until = Instant{100s}, .shows = Instant{100s}});
  CHECK(verdict() == "kept");
  history.ops[a].stood_in = false;  // its replicas had it by then
  CHECK(verdict() == "no loss");
}
