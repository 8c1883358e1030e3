#include <doctest/doctest.h>

#include "node/memory_of_cluster.hpp"
#include "node/peer_book.hpp"
#include "ring/plan.hpp"

using namespace starling;
using namespace starling::node;

namespace {

ring::Ring ring_of(ClusterId cluster) {
  const std::vector<ring::Member> members{{NodeId{1}, "", 1}, {NodeId{2}, "", 1}};
  return *ring::Ring::make(cluster, {1}, 2, members, *ring::plan(members, 4, 2));
}

topology::ClusterRecord record_of(ClusterId cluster) {
  return {.cluster = cluster,
          .secret = {1, 2, 3},
          .founder = {1},
          .contacts = {{{1}, *parse_address("10.0.0.1:1")}, {{2}, *parse_address("10.0.0.2:2")}}};
}

storage::BootRecord boot_with(const Bytes& cluster, const Bytes& ring) {
  storage::BootRecord boot{.node = {1}};
  boot.records["cluster"] = cluster;
  boot.records["ring"] = ring;
  return boot;
}

}  // namespace

TEST_CASE("a directory remembers its cluster and its ring") {
  const auto memory = recall(boot_with(encode(record_of({9})), encode(ring_of({9}))));
  CHECK(memory.unreadable.empty());
  REQUIRE(memory.cluster);
  CHECK(memory.cluster->secret == record_of({9}).secret);
  CHECK(memory.ring == ring_of({9}));
}

TEST_CASE("a cluster without a ring was never decided") {
  const auto memory = recall(boot_with(encode(record_of({9})), {}));
  CHECK(memory.unreadable.empty());
  CHECK_FALSE(memory.cluster);
}

TEST_CASE("what cannot be read stops the node with words that say what to do") {
  const Bytes good_cluster = encode(record_of({9}));
  const Bytes good_ring = encode(ring_of({9}));
  auto damaged = boot_with(good_cluster, {});
  damaged.damage.push_back("the record 'ring' was unreadable and dropped");
  for (const auto& boot : {boot_with(good_cluster, "garbage"), boot_with("garbage", good_ring),
                           boot_with(encode(record_of({8})), good_ring), damaged}) {
    const auto memory = recall(boot);
    CHECK(memory.unreadable.find("data directory") != std::string::npos);
    CHECK_FALSE(memory.ring);
  }
}

TEST_CASE("the book overrules where the founders were, and leaves ourselves out") {
  auto boot = boot_with(encode(record_of({9})), encode(ring_of({9})));
  CHECK(known_members(boot, record_of({9})).front().peer == *parse_address("10.0.0.2:2"));
  const wire::MemberUpdate moved{.node = {2}, .generation = {4}, .peer = *parse_address("10.0.0.7:7")};
  boot.records[book_record_name] = encode_book({{.node = {1}}, moved});
  const auto known = known_members(boot, record_of({9}));
  REQUIRE(known.size() == 1);
  CHECK(known.front().peer == moved.peer);
  CHECK(known.front().generation == moved.generation);
}

TEST_CASE("a book that is cut short is read as far as it goes") {
  const Bytes book = encode_book({{.node = {1}, .name = "a"}, {.node = {2}, .name = "b"}});
  CHECK(decode_book(book).size() == 2);
  CHECK(decode_book(book.substr(0, book.size() - 1)).size() == 1);
  CHECK(decode_book("\xff\xff\xff\xff").empty());
}

TEST_CASE("the record of a cluster has no address without a port, but may lack one") {
  auto record = record_of({9});
  record.contacts[1].peer = {};
  CHECK(topology::decode_cluster_record(encode(record)).has_value());
  record.contacts[1].peer.ip[15] = 1;
  CHECK_FALSE(topology::decode_cluster_record(encode(record)).has_value());
}

TEST_CASE("the record of a cluster comes back whole, and one that is cut short does not") {
  const Bytes bytes = encode(record_of({9}));
  const auto record = topology::decode_cluster_record(bytes);
  REQUIRE(record);
  CHECK(record->founder == NodeId{1});
  CHECK(record->contacts.size() == 2);
  CHECK(record->contacts[1].peer == *parse_address("10.0.0.2:2"));
  for (std::size_t size = 0; size < 32; ++size) CHECK_FALSE(topology::decode_cluster_record(bytes.substr(0, size)));
}
