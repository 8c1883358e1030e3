#include <doctest/doctest.h>

#include "base/hash.hpp"
#include "ring/change.hpp"
#include "ring/ring.hpp"
#include "test_client.hpp"

using namespace starling;
using namespace starling::gateway;
using Level = port::QuorumLevel::Kind;

namespace {

port::MemberInfo member(std::uint64_t id) {
  port::MemberInfo info{.update = {}, .in_ring = true, .self = id == 1};
  info.update.node = NodeId{id};
  info.update.generation = Generation{4};
  info.update.name = "n" + std::to_string(id);
  info.update.peer = parse_address("127.0.0.1:4702").value();
  info.update.client = parse_address("[::1]:4701").value();
  return info;
}

const std::string member_1 =
    R"({"id":"0000000000000001","name":"n1","zone":"","weight":1,"state":"alive","generation":4,"incarnation":0,)"
    R"("peer":"127.0.0.1:4702","client":"[::1]:4701","in_ring":true,"self":true})";

std::string with_standing(std::string member, std::string_view standing) {
  member.pop_back();
  return member + R"(,"standing":")" + std::string(standing) + R"("})";
}

}  // namespace

TEST_CASE("ping is answered at once") {
  TestClient client;
  CHECK(client.answer_to(7, "ping", array()) == R"([1,7,null,"pong"])");
  CHECK(client.asked.empty());
}

TEST_CASE("hello tells who answers") {
  TestClient client;
  CHECK(client.answer_to(1, "hello", array(map("client", "me"))).empty());
  CHECK(client.answer_with(port::InfoReply{.node = NodeId{0xabc}, .cluster = ClusterId{}}) ==
        R"([1,1,null,{"server":"starling","version":"0.1.0","protocol":1,"cluster_id":"","node":"0000000000000abc",)"
        R"("features":["errors.map","kv.scan","request_id","cluster.init","repair.status","cluster.join"]}])");
}

TEST_CASE("a get asks for the key, and its values come back as bin") {
  TestClient client;
  client.call(2, "kv.get", array("k", map("bucket", "b", "r", "all", "timeout_ms", 250)));
  const auto& get = client.newest<port::GetRequest>();
  CHECK(get.key == ring::Key::make("b", "k").value());
  CHECK(get.r.kind == Level::all);
  CHECK(get.timeout == std::optional<Duration>(250ms));

  client.session.reply(client.asked[0].id, port::GetReply{.values = {"one", "two"}, .context = "ctx"});
  const Bytes expected =
      array(1, 2, nil(), map("found", true, "values", array(bin("one"), bin("two")), "context", bin("ctx"))).bytes;
  CHECK(client.take_bytes() == expected);
}

TEST_CASE("an absent key is found: false with a context, and no error") {
  TestClient client;
  client.call(1, "kv.get", array("k"));
  const auto& get = client.newest<port::GetRequest>();
  CHECK(get.r.kind == Level::standard);
  CHECK(!get.timeout);
  CHECK(client.answer_with(port::GetReply{.values = {}, .context = "seen"}) ==
        R"([1,1,null,{"found":false,"values":[],"context":"seen"}])");
}

TEST_CASE("exists is a get that answers with a bool") {
  TestClient client;
  client.call(1, "kv.exists", array("k"));
  CHECK(client.answer_with(port::GetReply{.values = {"v"}, .context = "c"}) == "[1,1,null,true]");
  client.call(2, "kv.exists", array("k"));
  CHECK(client.answer_with(port::GetReply{.values = {}, .context = "c"}) == "[1,2,null,false]");
}

TEST_CASE("a put carries value, context, quorum and request id") {
  TestClient client;
  client.call(1, "kv.put", array("k", bin("v"), map("context", bin("c"), "w", 2, "request_id", 99)));
  const auto& put = client.newest<port::PutRequest>();
  CHECK(put.key == ring::Key::make("", "k").value());
  CHECK(!put.tombstone);
  CHECK(put.value == "v");
  CHECK(put.context == std::optional<Bytes>("c"));
  CHECK(put.w.kind == Level::number);
  CHECK(put.w.number == 2);
  CHECK(put.request_id == 99);
  CHECK(client.answer_with(port::PutReply{.siblings = 1, .context = "next"}) ==
        R"([1,1,null,{"siblings":1,"context":"next"}])");
}

TEST_CASE("a put that leaves siblings unread answers without a context") {
  TestClient client;
  client.call(1, "kv.put", array("k", ""));
  CHECK(!client.newest<port::PutRequest>().context);
  CHECK(client.newest<port::PutRequest>().request_id == 0);
  CHECK(client.answer_with(port::PutReply{.siblings = 2, .context = {}}) == R"([1,1,null,{"siblings":2}])");
}

TEST_CASE("a sloppy write is asked for as such, and its answer names the stand-ins, if there were any") {
  TestClient client;
  client.call(1, "kv.put", array("k", "v", map("sloppy", true)));
  CHECK(client.newest<port::PutRequest>().sloppy);
  CHECK(client.answer_with(port::PutReply{.siblings = 1, .context = "c", .stand_ins = {NodeId{1}, NodeId{0xab}}}) ==
        R"([1,1,null,{"siblings":1,"context":"c","stand_ins":["0000000000000001","00000000000000ab"]}])");
  client.call(2, "kv.delete", array("k", map("sloppy", true)));
  CHECK(client.newest<port::PutRequest>().sloppy);
  CHECK(client.answer_with(port::PutReply{.siblings = 0}) == R"([1,2,null,{"siblings":0}])");
  client.call(3, "kv.put", array("k", "v", map("sloppy", false)));
  CHECK_FALSE(client.newest<port::PutRequest>().sloppy);
}

TEST_CASE("a delete is a put of a tombstone") {
  TestClient client;
  client.call(1, "kv.delete", array("k", map("w", "one")));
  CHECK(client.newest<port::PutRequest>().tombstone);
  CHECK(client.newest<port::PutRequest>().w.kind == Level::one);
  CHECK(client.answer_with(port::PutReply{.siblings = 0, .context = "c"}) ==
        R"([1,1,null,{"siblings":0,"context":"c"}])");
}

TEST_CASE("str and bin are the same for method, key, value and options") {
  TestClient client;
  client.send(array(0, 1, bin("kv.put"), array(bin("k"), "v", map(bin("bucket"), bin("b"), "w", bin("quorum")))).bytes);
  const auto& put = client.newest<port::PutRequest>();
  CHECK(put.key == ring::Key::make("b", "k").value());
  CHECK(put.value == "v");
  CHECK(put.w.kind == Level::quorum);
}

TEST_CASE("no options, an empty array, an empty map and nil are the same") {
  for (const Packed& params : {array("k"), array("k", array()), array("k", map()), array("k", nil())}) {
    TestClient client;
    client.call(1, "kv.get", params);
    CHECK(client.asked.size() == 1);
  }
}

TEST_CASE("unknown options are ignored, whatever they hold, and so is an option that is nil") {
  TestClient client;
  client.call(1, "kv.get",
              array("k", map("sloppy", true, "colour", array(1, map("a", nil())), "w", "not even read", "r", nil())));
  CHECK(client.newest<port::GetRequest>().r.kind == Level::standard);
}

TEST_CASE("a request id of any length becomes a number that is never zero") {
  TestClient client;
  client.call(1, "kv.put", array("k", "v", map("request_id", "0190-uuid")));
  CHECK(client.newest<port::PutRequest>().request_id == hash64("0190-uuid"));
  client.call(2, "kv.put", array("k", "v", map("request_id", bin("0190-uuid"))));
  CHECK(client.newest<port::PutRequest>().request_id == hash64("0190-uuid"));
}

TEST_CASE("a scan asks for a page") {
  TestClient client;
  client.call(1, "kv.scan", array());
  CHECK(client.newest<port::ScanRequest>().limit == 100);
  client.call(2, "kv.scan", array(map("bucket", "b", "prefix", "p", "cursor", bin("at"), "limit", 7)));
  const auto& scan = client.newest<port::ScanRequest>();
  CHECK(scan.bucket == "b");
  CHECK(scan.prefix == "p");
  CHECK(scan.cursor == "at");
  CHECK(scan.limit == 7);
  const port::ScanReply page{.items = {{.key = "k", .values = {"v", "w"}, .context = "c"}}, .cursor = "more"};
  CHECK(client.answer_with(page) ==
        R"([1,1,null,{"items":[{"key":"k","values":["v","w"],"context":"c"}],"cursor":"more"}])");
  client.asked.clear();
  client.call(3, "kv.scan", array(map("keys_only", true)));
  CHECK(client.answer_with(page) == R"([1,3,null,{"items":[{"key":"k"}],"cursor":"more"}])");
}

TEST_CASE("a cluster is founded with addresses") {
  TestClient client;
  client.call(1, "cluster.init", array(array("127.0.0.1:4702", "[::1]:4712"), array()));
  const auto& init = client.newest<port::InitRequest>();
  REQUIRE(init.peers.size() == 2);
  CHECK(to_string(init.peers[1]) == "[::1]:4712");
  CHECK(client.answer_with(port::InitReply{.cluster = ClusterId{0xfe}, .members = 2}) ==
        R"([1,1,null,{"cluster_id":"00000000000000fe","members":2}])");
}

TEST_CASE("members are told as maps") {
  TestClient client;
  client.call(1, "cluster.members", array());
  CHECK(client.answer_with(port::MembersReply{.members = {member(1)}}) == "[1,1,null,[" + member_1 + "]]");
}

TEST_CASE("the ring names members by their place in its list") {
  const std::vector<ring::Member> members{{NodeId{1}, "", 1}, {NodeId{2}, "z", 3}};
  const auto ring =
      ring::Ring::make(ClusterId{9}, Epoch{1}, 3, members, {{NodeId{2}, NodeId{1}}, {NodeId{1}, NodeId{2}}});
  REQUIRE(ring.has_value());
  TestClient client;
  client.call(1, "cluster.ring", array());
  // Gossip has not told of member 2: the ring knows it all the same.
  CHECK(client.answer_with(port::RingReply{.ring = encode(*ring), .members = {member(1), member(7)}}) ==
        R"~([1,1,null,{"hash":"xxh3_64(bucket 0x00 key)","cluster_id":"0000000000000009","epoch":1,"replicas":3,)~"
        R"("partitions":2,"stage":"settled","members":[)" +
            with_standing(member_1, "active") +
            R"(,{"id":"0000000000000002","name":"","zone":"z","weight":3,"state":"dead","generation":0,)"
            R"("incarnation":0,"peer":"","client":"","in_ring":true,"self":false,"standing":"active"}],)"
            R"("assignment":[[1,0],[0,1]],"moving":[]}])");
}

TEST_CASE("a ring that changes tells whom reads ask, and both lists of what moves") {
  const auto settled = ring::Ring::make(ClusterId{9}, Epoch{1}, 1, {{NodeId{1}, "", 1}}, {{NodeId{1}}, {NodeId{1}}});
  REQUIRE(settled.has_value());
  const auto changing = ring::begin_change(*settled, {{NodeId{1}, "", 1}, {NodeId{2}, "", 1, ring::Standing::joining}},
                                           {{NodeId{1}}, {NodeId{2}}});
  REQUIRE(changing.has_value());
  const auto told = [](const ring::Ring& ring) {
    TestClient client;
    client.call(1, "cluster.ring", array());
    return client.answer_with(port::RingReply{.ring = encode(ring), .members = {member(1)}});
  };
  const std::string moving = R"("moving":[{"partition":1,"present":[0],"next":[1]}]}])";
  const std::string old_ring = told(*changing);
  CHECK(old_ring.find(R"("stage":"read_old")") != std::string::npos);
  CHECK(old_ring.find(with_standing(member_1, "active")) != std::string::npos);
  CHECK(old_ring.find(R"("standing":"joining")") != std::string::npos);
  CHECK(old_ring.ends_with(R"("assignment":[[0],[0]],)" + moving));
  const std::string new_ring = told(ring::read_from_new(*changing));
  CHECK(new_ring.find(R"("stage":"read_new")") != std::string::npos);
  CHECK(new_ring.ends_with(R"("assignment":[[0],[1]],)" + moving));
}

TEST_CASE("before the founding the ring has epoch 0 and nothing in it") {
  TestClient client;
  client.call(1, "cluster.ring", array());
  CHECK(client.answer_with(port::RingReply{}) ==
        R"~([1,1,null,{"hash":"xxh3_64(bucket 0x00 key)","cluster_id":"","epoch":0,"replicas":0,"partitions":0,)~"
        R"("stage":"settled","members":[],"assignment":[],"moving":[]}])");
}

TEST_CASE("status carries what is wrong and what to do") {
  TestClient client;
  client.call(1, "cluster.status", array());
  CHECK(client.answer_with(port::StatusReply{.ready = true,
                                             .cluster = ClusterId{1},
                                             .epoch = Epoch{2},
                                             .replicas = 3,
                                             .partitions = 256,
                                             .partitions_below_quorum = 4,
                                             .partitions_degraded = 5,
                                             .members = {},
                                             .problems = {{"n2 is dead", "start it"}}}) ==
        R"([1,1,null,{"ready":true,"cluster_id":"0000000000000001","epoch":2,"replicas":3,"partitions":256,)"
        R"("partitions_below_quorum":4,"partitions_degraded":5,"members":[],)"
        R"("change":null,"waiting":[],"problems":[{"what":"n2 is dead","advice":"start it"}]}])");
}

TEST_CASE("info and stats are maps, and no integer reaches 2^53") {
  TestClient client;
  client.call(1, "node.info", array());
  CHECK(client.answer_with(port::InfoReply{.node = NodeId{1},
                                           .name = "n1",
                                           .cluster = ClusterId{2},
                                           .generation = Generation{3},
                                           .peer = {},
                                           .client = {},
                                           .ready = true}) ==
        R"([1,1,null,{"node":"0000000000000001","name":"n1","cluster_id":"0000000000000002","generation":3,)"
        R"("peer":"","client":"","ready":true,"version":"0.1.0"}])");
  client.call(2, "node.stats", array(map()));
  CHECK(client.answer_with(port::StatsReply{.counters = {{"reads", 5}, {"huge", UINT64_MAX}}}) ==
        R"([1,2,null,{"reads":5,"huge":9007199254740991}])");
}
