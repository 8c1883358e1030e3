#include <doctest/doctest.h>

#include "test_client.hpp"

using namespace starling;
using namespace starling::gateway;
using Kind = port::ChangeRequest::Kind;

namespace {

struct Expected {
  Kind kind;
  std::vector<std::string> nodes;
  bool dry_run = false;
  bool force = false;
};

void check_asked(std::string_view method, const Packed& params, const Expected& expected) {
  CAPTURE(method);
  TestClient client;
  CHECK(client.answer_to(1, method, params).empty());
  REQUIRE(client.asked.size() == 1);
  const auto& change = client.newest<port::ChangeRequest>();
  CHECK(change.kind == expected.kind);
  CHECK(change.dry_run == expected.dry_run);
  CHECK(change.force == expected.force);
  std::vector<std::string> nodes;
  for (const port::NodeName& node : change.nodes) nodes.push_back(node.words);
  CHECK(nodes == expected.nodes);
}

std::string refused(std::string_view method, const Packed& params) {
  TestClient client;
  const std::string answer = client.answer_to(1, method, params);
  CHECK(client.asked.empty());
  return answer;
}

bool mentions(const std::string& text, std::string_view words) { return text.find(words) != std::string::npos; }

}  // namespace

TEST_CASE("a change names one node or several, and what else it is") {
  check_asked("cluster.join", array("n4"), {.kind = Kind::join, .nodes = {"n4"}});
  check_asked("cluster.join", array(array("n4", bin("n5")), map("dry_run", true)),
              {.kind = Kind::join, .nodes = {"n4", "n5"}, .dry_run = true});
  check_asked("cluster.leave", array("n4", map("dry_run", false)), {.kind = Kind::leave, .nodes = {"n4"}});
  check_asked("cluster.remove", array("n4", map("force", true)),
              {.kind = Kind::remove, .nodes = {"n4"}, .dry_run = false, .force = true});
  check_asked("cluster.replace", array("n4", "n5"), {.kind = Kind::replace, .nodes = {"n4", "n5"}});
  check_asked("cluster.abort", array(), {.kind = Kind::abort, .nodes = {}});
}

TEST_CASE("only a removal can be forced") {
  check_asked("cluster.leave", array("n4", map("force", true)), {.kind = Kind::leave, .nodes = {"n4"}});
}

TEST_CASE("a plan is a dry run of the one change that it names, or of a rebalance") {
  check_asked("cluster.plan", array(), {.kind = Kind::rebalance, .nodes = {}, .dry_run = true});
  check_asked("cluster.plan", array(map("join", nil())), {.kind = Kind::rebalance, .nodes = {}, .dry_run = true});
  check_asked("cluster.plan", array(map("join", array("a", "b"))),
              {.kind = Kind::join, .nodes = {"a", "b"}, .dry_run = true});
  check_asked("cluster.plan", array(map("leave", "a", "dry_run", false)),
              {.kind = Kind::leave, .nodes = {"a"}, .dry_run = true});
  check_asked("cluster.plan", array(map("remove", array("a"), "force", true)),
              {.kind = Kind::remove, .nodes = {"a"}, .dry_run = true, .force = true});
  check_asked("cluster.plan", array(map("replace", array("a", "b"))),
              {.kind = Kind::replace, .nodes = {"a", "b"}, .dry_run = true});
  CHECK(mentions(refused("cluster.plan", array(map("join", "a", "leave", "b"))), "one of join, leave"));
  CHECK(mentions(refused("cluster.plan", array(map("replace", "a"))), "replace names two nodes"));
}

TEST_CASE("a node that is named by its address is recognised as such") {
  TestClient client;
  client.call(1, "cluster.join", array(array("127.0.0.1:4702", "n4:1"), map("timeout_ms", 700)));
  const auto& change = client.newest<port::ChangeRequest>();
  REQUIRE(change.nodes.size() == 2);
  CHECK(change.nodes[0].address == parse_address("127.0.0.1:4702").value());
  CHECK_FALSE(change.nodes[1].address);
  CHECK(change.timeout == std::optional<Duration>(700ms));
}

TEST_CASE("a change of no node, or of what is no name, is refused in words") {
  CHECK(mentions(refused("cluster.join", array(array())), "INVALID name at least one node"));
  CHECK(mentions(refused("cluster.leave", array("")), "INVALID a node is named by 1 to 255 bytes"));
  CHECK(mentions(refused("cluster.leave", array(std::string(256, 'x'))), "INVALID a node is named by 1 to 255 bytes"));
  CHECK(mentions(refused("cluster.remove", array(7)), "MALFORMED the nodes must be an array"));
  CHECK(mentions(refused("cluster.remove", array(array("a", 7))), "MALFORMED a node must be str or bin"));
  CHECK(mentions(refused("cluster.replace", array("a")), "MALFORMED this method takes 2 parameters"));
  CHECK(mentions(refused("cluster.abort", array(map("dry_run", true))), "INVALID an abort moves nothing"));
  CHECK(mentions(refused("cluster.join", array("a", map("dry_run", 1))), "MALFORMED dry_run must be true or false"));
}

TEST_CASE("the answer to a change tells what moves, and how the load is spread before and after") {
  TestClient client;
  client.call(1, "cluster.join", array("n4"));
  const port::ChangeReply reply{.epoch = Epoch{7},
                                .moving = 5,
                                .moves_least = 4,
                                .further_changes = 1,
                                .zones_before = 2,
                                .zones_after = 3,
                                .moves = {{NodeId{1}, NodeId{4}, 5, 900}},
                                .loads = {{NodeId{4}, "n4", "z", 0, 5}},
                                .may_be_lost = {}};
  CHECK(client.answer_with(reply) ==
        R"([1,1,null,{"epoch":7,"moving":5,"moves_least":4,"further_changes":1,"zones_before":2,"zones_after":3,)"
        R"("moves":[{"from":"0000000000000001","to":"0000000000000004","partitions":5,"bytes":900}],)"
        R"("loads":[{"node":"0000000000000004","name":"n4","zone":"z","before":0,"after":5}]}])");
}

TEST_CASE("where nobody comes the id is empty, and what a forced removal may lose is told in words") {
  TestClient client;
  client.call(1, "cluster.remove", array("n4", map("force", true, "dry_run", true)));
  port::ChangeReply reply{.epoch = Epoch{7}, .moves = {{NodeId{1}, {}, 5, {}}}, .loads = {}};
  reply.may_be_lost = "3 partitions";
  const std::string answer = client.answer_with(reply);
  CHECK(mentions(answer, R"("to":"","partitions":5})"));  // nobody knows how many bytes
  CHECK(mentions(answer, R"("may_be_lost":"3 partitions")"));
}

TEST_CASE("status tells how far a change has come, and who waits to join") {
  TestClient client;
  client.call(1, "cluster.status", array());
  port::StatusReply status{.ready = true, .cluster = ClusterId{1}, .epoch = Epoch{2}};
  status.change = {.stage = ring::Stage::read_old,
                   .moving = 9,
                   .joining = {NodeId{4}},
                   .leaving = {NodeId{1}},
                   .newcomers = {{.node = NodeId{4},
                                  .arriving = 6,
                                  .arrived = 3,
                                  .rows = 70,
                                  .bytes = 800,
                                  .waits_for = {NodeId{2}},
                                  .silent = true}},
                   .since = 1500ms};
  status.waiting = {{NodeId{5}, "n5", parse_address("127.0.0.1:4702").value()}};
  CHECK(mentions(
      client.answer_with(std::move(status)),
      R"("change":{"stage":"read_old","moving":9,"since_ms":1500,"joining":["0000000000000004"],)"
      R"("leaving":["0000000000000001"],"newcomers":[{"node":"0000000000000004","arriving":6,"arrived":3,"rows":70,)"
      R"("bytes":800,"waits_for":["0000000000000002"],"silent":true}]},)"
      R"("waiting":[{"node":"0000000000000005","name":"n5","peer":"127.0.0.1:4702"}],)"));
}
