#include "topology/founding.hpp"

#include <doctest/doctest.h>

#include "town.hpp"

using namespace starling;
using namespace starling::topology;
using testing::Town;

namespace {

std::vector<Address> addresses(std::size_t from, std::size_t to) {
  std::vector<Address> list;
  for (std::size_t i = from; i <= to; ++i) list.push_back(Town::address_of(i));
  return list;
}

/// The one answer that the client got.
template <class Reply>
const Reply& answer_of(Town& town, std::size_t house) {
  REQUIRE(town[house].replies.size() == 1);
  REQUIRE(std::holds_alternative<Reply>(town[house].replies.front()));
  return std::get<Reply>(town[house].replies.front());
}

std::string refusal_of(Town& town, std::size_t house) { return answer_of<port::Failure>(town, house).error.message; }

bool mentions(const std::string& text, const std::string& word) { return text.find(word) != std::string::npos; }

}  // namespace

TEST_CASE("a node asked with no peers founds a cluster of itself") {
  Town town(1);
  town.init(0, {});
  town.run(1s);
  CHECK(answer_of<port::InitReply>(town, 0).members == 1);
  CHECK(town.cluster_of(0) == answer_of<port::InitReply>(town, 0).cluster);
  CHECK(town[0].founding->take_founded().has_value());
  CHECK_FALSE(town[0].founding->take_founded().has_value());
}

TEST_CASE("several nodes become one cluster, with one ring and one secret") {
  Town town(3);
  town.init(0, addresses(0, 2));
  town.run(1s);
  CHECK(answer_of<port::InitReply>(town, 0).members == 3);
  CHECK(town.cluster_of(0));
  for (std::size_t house : {1, 2}) {
    CHECK(town[house].records.at(ring_record_name) == town[0].records.at(ring_record_name));
    CHECK(town[house].records.at(cluster_record_name) == town[0].records.at(cluster_record_name));
    CHECK_FALSE(town[house].records.contains(proposal_record_name));
    CHECK(town[house].founding->take_founded().has_value());
  }
}

TEST_CASE("a founding that is over leaves nothing to do") {
  Town town(3);
  town.init(0, addresses(1, 2));
  town.run(60s);
  const std::size_t events = town.events();
  town.run(600s);
  CHECK(town.events() == events);
}

TEST_CASE("a node of another cluster is refused in words that name both") {
  Town town(3);
  town.init(2, {});
  town.run(1s);
  town.init(0, addresses(1, 2));
  town.run(20s);
  const std::string words = refusal_of(town, 0);
  CHECK(answer_of<port::Failure>(town, 0).error.code == ErrorCode::wrong_cluster);
  CHECK(mentions(words, "node 'n3' (10.0.0.3:4702) already belongs to cluster " + to_string(town.cluster_of(2))));
  CHECK(mentions(words, "founding member of cluster"));
  CHECK_FALSE(town.cluster_of(0));
  CHECK_FALSE(town.cluster_of(1));
}

TEST_CASE("a member of a cluster does not found another") {
  Town town(2);
  town.init(0, {});
  town.run(1s);
  town[0].replies.clear();
  town.init(0, addresses(1, 1));
  CHECK(mentions(refusal_of(town, 0), "already belongs to cluster " + to_string(town.cluster_of(0))));
}

TEST_CASE("a silent node is named, and nobody is in a cluster") {
  Town town(3);
  town.crash(2);
  town.init(0, addresses(1, 2));
  town.run(60s);
  CHECK(mentions(refusal_of(town, 0), "no answer from 10.0.0.3:4702"));
  CHECK_FALSE(town.cluster_of(0));
  CHECK_FALSE(town.cluster_of(1));
  CHECK_FALSE(town[1].records.contains(proposal_record_name));
}

TEST_CASE("a node named twice, or the asked one itself, counts once") {
  Town town(2);
  town.init(0, {Town::address_of(0), Town::address_of(1), Town::address_of(1)});
  town.run(1s);
  CHECK(answer_of<port::InitReply>(town, 0).members == 2);
}

TEST_CASE("one node by two addresses counts once") {
  Town town(2);
  const Address other = *parse_address("192.168.0.2:4702");
  town[1].records[to_string(other)] = "an alias";
  town.init(0, {Town::address_of(1), other});
  town.run(1s);
  CHECK(answer_of<port::InitReply>(town, 0).members == 2);
}

TEST_CASE("a copied data directory is not taken for a second member") {
  Town town(3);
  town.crash(2);
  town[2].id = town[1].id;
  town.start(2);
  town.init(0, addresses(1, 2));
  town.run(20s);
  CHECK(mentions(refusal_of(town, 0), "one data directory is a copy of the other"));
}

TEST_CASE("of two foundings of the same nodes at once, neither leaves a node in two clusters or half a cluster") {
  Town town(3);
  town.init(0, addresses(1, 2));
  town.init(1, addresses(0, 2));
  town.run(200s);
  const ClusterId first = town.cluster_of(0);
  for (std::size_t house : {1, 2}) CHECK(town.cluster_of(house) == first);
}

TEST_CASE("a founding succeeds when it is tried again after a failure") {
  Town town(3);
  town.crash(2);
  town.init(0, addresses(1, 2));
  town.run(60s);
  town.start(2);
  town[0].replies.clear();
  town.init(0, addresses(1, 2));
  town.run(60s);
  CHECK(answer_of<port::InitReply>(town, 0).members == 3);
}
