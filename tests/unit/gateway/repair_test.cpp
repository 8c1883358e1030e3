#include <doctest/doctest.h>

#include "test_client.hpp"

using namespace starling;
using namespace starling::gateway;

TEST_CASE("repair.status tells of each peer and each partition; what never happened is left out") {
  TestClient client;
  client.call(1, "repair.status", array());
  client.newest<port::RepairStatusRequest>();
  port::RepairStatusReply status{.interval = 10min, .kept_for = 90s, .peers = {}, .partitions = {}};
  status.peers.push_back({.node = NodeId{2}, .name = "n2", .reachable = true, .hints_owed = 3, .owed_for = 5s});
  status.rows_pulled = 7;
  status.bytes_pulled = 900;
  status.bytes_sent = 80;
  status.partitions.push_back({.partition = {4},
                               .copies = {{NodeId{2}, 1500ms, true, 4000, 50}, {NodeId{3}, {}, false}},
                               .tombstones = 6,
                               .waits_for = {NodeId{3}}});
  CHECK(
      client.answer_with(std::move(status)) ==
      R"([1,1,null,{"interval_ms":600000,"kept_for_ms":90000,"rows_pulled":7,"bytes_pulled":900,"bytes_sent":80,"peers":[{"node":"0000000000000002","name":"n2",)"
      R"("reachable":true,"hints_owed":3,"owed_for_ms":5000}],"partitions":)"
      R"([{"partition":4,"copies":[{"node":"0000000000000002","verified_ms_ago":1500,"differs":true,"bytes_fetched":4000,"bytes_sent":50},)"
      R"({"node":"0000000000000003","differs":false,"bytes_fetched":0,"bytes_sent":0}],"tombstones":6,"waits_for":["0000000000000003"]}]}])");
}

TEST_CASE("repair.now takes a partition or none") {
  TestClient client;
  client.call(1, "repair.now", array());
  CHECK_FALSE(client.newest<port::RepairNowRequest>().partition);
  CHECK(client.answer_with(port::RepairNowReply{16}) == R"([1,1,null,{"partitions":16}])");
  client.call(2, "repair.now", array(map("partition", 0)));
  CHECK(client.newest<port::RepairNowRequest>().partition == PartitionId{0});
}

TEST_CASE("repair.now of a partition that no ring has is refused in words") {
  TestClient client;
  const auto answer = client.answer_to(1, "repair.now", array(map("partition", 70'000)));
  CHECK(answer.find("INVALID") != std::string::npos);
  CHECK(client.asked.empty());
}
