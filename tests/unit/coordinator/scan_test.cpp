#include <algorithm>
#include <map>

#include "world.hpp"

using namespace starling;
using namespace starling::coordinator;
using namespace starling::coordinator::test;

namespace {

using Rows = std::map<ring::Key, causal::Object>;

/// Three replicas with rows of their own, which answer scans as storage does.
class Cluster {
 public:
  explicit Cluster(Config config = {}) : world({us, second, third}, config) {}

  void add(BytesView name, causal::Object state, std::vector<NodeId> where = {us, second, third}) {
    for (const auto node : where) rows[node][key_of(name)] = state;
  }

  storage::ScanAnswer page(NodeId node, PartitionId partition, const ring::Key& after, BytesView prefix,
                           std::uint32_t rows_max) {
    storage::ScanAnswer answer;
    for (const auto& [key, state] : rows[node]) {
      if (world.ring.partition_of(key.token) != partition || (!after.bytes.empty() && key <= after)) continue;
      if (!BytesView(key.bytes).starts_with(prefix)) continue;
      answer.rows.push_back({key, state});
      if (answer.rows.size() < rows_max) continue;
      answer.complete_to = key;
      break;
    }
    return answer;
  }

  /// Everybody answers what is asked of them until the client has its answer.
  port::ScanReply run(port::ScanRequest request) {
    world.answers.clear();
    world.ask(std::move(request));
    for (int turn = 0; turn < 1'000 && world.answers.empty(); ++turn) answer_all();
    CHECK(world.coordinator.in_flight() == 0);
    return world.answer<port::ScanReply>();
  }

  void answer_all() {
    auto messages = std::exchange(world.messages, {});
    auto commands = std::exchange(world.stored, {});
    ++rounds;
    for (auto& stored : commands) {
      const auto& scan = std::get<storage::Scan>(stored.command);
      CHECK(scan.first == world.ring.first_token(scan.partition));
      CHECK(scan.last == world.ring.last_token(scan.partition));
      world.storage_answers(stored.ticket.number, page(us, scan.partition, scan.after, scan.prefix, scan.rows_max));
    }
    for (auto& [node, message] : messages) {
      const auto& scan = std::get<wire::ScanRequest>(message);
      const auto after = scan.after.empty() ? ring::Key{} : *ring::Key::from_bytes(scan.after);
      auto answer = page(node, scan.partition, after, scan.prefix, scan.rows_max);
      wire::ScanReply reply{.request = scan.request, .complete_to = answer.complete_to.bytes};
      for (auto& row : answer.rows) reply.rows.push_back({row.key.bytes, causal::encode(row.object)});
      world.reply(node, std::move(reply));
    }
  }

  std::vector<std::pair<Bytes, std::vector<Bytes>>> all(port::ScanRequest request) {
    std::vector<std::pair<Bytes, std::vector<Bytes>>> found;
    pages = 0;
    do {
      auto reply = run(request);
      for (auto& item : reply.items) found.emplace_back(item.key, item.values);
      request.cursor = reply.cursor;
      ++pages;
    } while (!request.cursor.empty() && pages < 1'000);
    return found;
  }

  World world;
  std::map<NodeId, Rows> rows;
  int pages{};
  int rounds{};
};

Bytes name(int i) { return "key" + std::to_string(i); }

}  // namespace

TEST_CASE("a scan shows every live key once, in token order, whatever the size of its pages") {
  for (const std::uint32_t limit : {0U, 1U, 7U, 50U, 100'000U}) {
    Cluster cluster;
    std::vector<ring::Key> expected;
    for (int i = 0; i < 50; ++i) {
      cluster.add(name(i), object({sibling(a1, name(i))}));
      expected.push_back(key_of(name(i)));
    }
    std::sort(expected.begin(), expected.end());
    const auto found = cluster.all({.bucket = "b", .limit = limit});
    REQUIRE(found.size() == 50);
    for (std::size_t i = 0; i < found.size(); ++i) {
      CHECK(found[i].first == expected[i].key());
      CHECK(found[i].second == std::vector<Bytes>{Bytes(expected[i].key())});
    }
    if (limit == 1) CHECK(cluster.pages >= 50);
    if (limit == 0) CHECK(cluster.pages == 1);
  }
}

TEST_CASE("replicas that differ are joined: a quorum sees a value that one has, and a delete that one has seen") {
  Cluster cluster;
  cluster.add("both", object({sibling(a1, "left")}), {us});
  cluster.add("both", object({sibling(b1, "right")}), {second});
  cluster.add("only there", object({sibling(a1, "there")}), {second});
  cluster.add("gone", object({sibling(a1, "old")}), {us});
  cluster.add("gone", object({tombstone(a2)}), {second});
  std::map<Bytes, std::vector<Bytes>> found;
  for (auto& [key, values] : cluster.all({.bucket = "b", .limit = 1})) found[key] = values;
  CHECK(found == std::map<Bytes, std::vector<Bytes>>{{"both", {"left", "right"}}, {"only there", {"there"}}});
}

TEST_CASE("a key that any of the replicas asked has is shown, however unevenly the rows are spread") {
  Random random(5);
  for (int round = 0; round < 30; ++round) {
    Cluster cluster;
    std::set<Bytes> expected;
    for (int i = 0; i < 40; ++i) {
      std::vector<NodeId> where;
      for (const auto node : {us, second, third})
        if (random.chance(1, 3)) where.push_back(node);
      if (!where.empty()) expected.insert(name(i));
      cluster.add(name(i), object({sibling(a1, "v")}), where);
    }
    const auto limit = static_cast<std::uint32_t>(1 + random.below(12));
    const auto found = cluster.all({.bucket = "b", .limit = limit, .r = level(3)});
    std::set<Bytes> names;
    for (const auto& [key, values] : found) names.insert(key);
    CHECK(names == expected);
    CHECK(found.size() == expected.size());
  }
}

TEST_CASE("the context of an item is that of its joined state") {
  Cluster cluster;
  cluster.add("k", object({sibling(a1, "left")}), {us});
  cluster.add("k", object({sibling(b1, "right")}), {second});
  const auto reply = cluster.run({.bucket = "b"});
  REQUIRE(reply.items.size() == 1);
  CHECK(causal::open_context(secret, key_of("k").token, reply.items[0].context) == seen({a1, b1}));
}

TEST_CASE("only the bucket's keys with the prefix are shown") {
  Cluster cluster;
  for (const char* key : {"app", "apple", "apply", "banana"}) cluster.add(key, object({sibling(a1, key)}));
  cluster.rows[us][*ring::Key::make("ba", "pple")] = object({sibling(a1, "other bucket")});
  const auto found = cluster.all({.bucket = "b", .prefix = "appl"});
  REQUIRE(found.size() == 2);
  std::set<Bytes> names{found[0].first, found[1].first};
  CHECK(names == std::set<Bytes>{"apple", "apply"});
  CHECK(cluster.all({.bucket = "b"}).size() == 4);
}

TEST_CASE("pages of nothing but tombstones are passed over, not taken for the end") {
  Cluster cluster;
  for (int i = 0; i < 40; ++i) cluster.add(name(i), object({tombstone(a1)}));
  cluster.add("alive", object({sibling(a1, "v")}));
  const auto found = cluster.all({.bucket = "b", .limit = 2});
  REQUIRE(found.size() == 1);
  CHECK(found[0].first == "alive");
}

TEST_CASE("a page of big values ends by its bytes") {
  Config config;
  config.scan_bytes_max = 1'000;
  Cluster cluster(config);
  for (int i = 0; i < 10; ++i) cluster.add(name(i), object({sibling(a1, Bytes(600, 'x'))}));
  CHECK(cluster.all({.bucket = "b"}).size() == 10);
  CHECK(cluster.pages >= 5);
}

TEST_CASE("a replica that refuses, lies or is lost in the middle of a scan is replaced") {
  Cluster cluster;
  for (int i = 0; i < 20; ++i) cluster.add(name(i), object({sibling(a1, name(i))}));
  auto& world = cluster.world;
  world.ask(port::ScanRequest{.bucket = "b"});
  const auto asked = world.sent_to<wire::ScanRequest>(second);
  SUBCASE("refuses") {
    world.reply(second, wire::ScanReply{.request = asked.request, .error = Error{ErrorCode::overloaded, ""}});
  }
  SUBCASE("lies") {
    world.reply(second, wire::ScanReply{.request = asked.request, .rows = {{"junk", "junk"}}});
    CHECK(world.noticed(port::NoticeKind::message_malformed) == 1);
  }
  SUBCASE("is lost") { world.lose(second); }
  SUBCASE("is late") { world.pass(250ms); }
  world.sent_to<wire::ScanRequest>(third);
  std::erase_if(world.messages, [](const auto& sent) { return sent.first == second; });
  for (int turn = 0; turn < 100 && world.answers.empty(); ++turn) cluster.answer_all();
  CHECK(world.answer<port::ScanReply>().items.size() == 20);
}

TEST_CASE("an answer to an earlier part of the scan is not taken for one to the next") {
  Cluster cluster;
  for (int i = 0; i < 20; ++i) cluster.add(name(i), object({sibling(a1, name(i))}));
  auto& world = cluster.world;
  world.ask(port::ScanRequest{.bucket = "b"});
  world.pass(250ms);  // third is asked too: storage is late
  const auto late = world.stored.front().ticket.number;
  world.stored.clear();
  cluster.answer_all();
  REQUIRE(world.stored.size() == 1);
  CHECK(world.stored.front().ticket.number != late);
  const auto before = world.messages.size();
  world.storage_answers(late, storage::ScanAnswer{});
  CHECK(world.messages.size() == before);
  for (int turn = 0; turn < 100 && world.answers.empty(); ++turn) cluster.answer_all();
  CHECK(world.answer<port::ScanReply>().items.size() == 20);
}

TEST_CASE("too few replicas is unavailable at the start of a page, and ends a page that has begun") {
  Cluster cluster;
  for (int i = 0; i < 20; ++i) cluster.add(name(i), object({sibling(a1, name(i))}));
  auto& world = cluster.world;
  world.ask(port::ScanRequest{.bucket = "b"});
  cluster.answer_all();
  world.lose(second);
  world.lose(third);
  const auto part = world.answer<port::ScanReply>();
  CHECK_FALSE(part.items.empty());
  CHECK_FALSE(part.cursor.empty());
  world.answers.clear();
  world.ask(port::ScanRequest{.bucket = "b", .cursor = part.cursor});
  CHECK(world.failure() == ErrorCode::unavailable);
}

TEST_CASE("a page ends at half of its time, and a scan that got nowhere times out") {
  Cluster cluster;
  for (int i = 0; i < 20; ++i) cluster.add(name(i), object({sibling(a1, name(i))}));
  auto& world = cluster.world;
  world.ask(port::ScanRequest{.bucket = "b"});
  world.pass(1s);
  cluster.answer_all();
  CHECK_FALSE(world.answer<port::ScanReply>().cursor.empty());
  world.answers.clear();
  world.ask(port::ScanRequest{.bucket = "b"});
  world.pass(2s);
  CHECK(world.failure() == ErrorCode::timed_out);
}

TEST_CASE("a bucket, prefix or cursor that cannot be is invalid") {
  for (const auto& request :
       {port::ScanRequest{.bucket = Bytes("a\0b", 3)}, port::ScanRequest{.bucket = Bytes(256, 'b')},
        port::ScanRequest{.bucket = "b", .prefix = Bytes(4'097, 'p')},
        port::ScanRequest{.bucket = "b", .cursor = "?"}}) {
    World world;
    world.ask(request);
    CHECK(world.failure() == ErrorCode::invalid);
    CHECK(world.messages.empty());
  }
}
