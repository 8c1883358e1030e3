#include "world.hpp"

using namespace starling;
using namespace starling::coordinator;
using namespace starling::coordinator::test;

namespace {

const storage::Answer committed = storage::PutAnswer{.dot = a1, .siblings = 1, .context = seen({a1}), .object = "o"};
constexpr NodeId fifth{5};

using Nodes = std::vector<NodeId>;

/// A world whose key "k" is followed, in ring order, by partitions of the stranger and a fifth member.
struct SloppyWorld : World {
  SloppyWorld() { ring = wider_ring(us, second, third); }

  ring::Ring wider_ring(NodeId first, NodeId next, NodeId last) const {
    const auto ours = ring.partition_of(key_of("k").token).value;
    std::vector<ring::PreferenceList> lists(partitions, {stranger, fifth, first});
    lists[ours] = {first, next, last};
    std::vector<ring::Member> members;
    for (const auto id : {us, second, third, stranger, fifth}) members.push_back({.id = id});
    auto made = ring::Ring::make({9}, {5}, 3, std::move(members), lists);
    REQUIRE(made);
    return *std::move(made);
  }
  void put_sloppily(port::QuorumLevel w = {}) {
    ask(port::PutRequest{.key = key_of("k"), .value = "v", .w = w, .sloppy = true});
  }
  void commit() { storage_answers(committed); }
  /// Who has been asked to keep the write, and for whom.
  std::vector<std::pair<NodeId, NodeId>> asked() const {
    std::vector<std::pair<NodeId, NodeId>> found;
    for (const auto& [to, request] : sent<wire::StandInRequest>()) found.emplace_back(to, request.target);
    return found;
  }
  void stand_in_answers(NodeId node, std::optional<Error> error = {}) {
    reply(node, wire::MergeReply{.request = sent_to<wire::StandInRequest>(node).request, .error = std::move(error)});
  }
  void replica_answers(NodeId node) {
    reply(node, wire::MergeReply{.request = sent_to<wire::MergeRequest>(node).request});
  }
};

using Asked = std::vector<std::pair<NodeId, NodeId>>;

}  // namespace

TEST_CASE("with too few replicas a sloppy write is done with the next members, each for one of those that are down") {
  SloppyWorld world;
  world.down = {second, third};
  world.put_sloppily();
  CHECK(world.stored_first<storage::Put>().hinted == Nodes{second, third});
  world.commit();
  CHECK(world.asked() == Asked{{stranger, second}, {fifth, third}});
  const auto request = world.sent_to<wire::StandInRequest>(stranger);
  CHECK(request.object == "o");
  CHECK(request.key == key_of("k").bytes);
  CHECK(request.epoch == world.ring.epoch());
  CHECK(world.answers.empty());
  world.stand_in_answers(fifth);
  const auto reply = world.answer<port::PutReply>();
  CHECK(reply.siblings == 1);
  CHECK(reply.stand_ins == Nodes{fifth});
}

TEST_CASE("a strict write in the same situation is refused, and asks nobody to stand in") {
  SloppyWorld world;
  world.down = {second, third};
  world.put("k", "v");
  CHECK(world.failure() == ErrorCode::unavailable);
  CHECK(world.stored.empty());
}

TEST_CASE("a sloppy write that has its replicas is like any other") {
  SloppyWorld world;
  world.down = {third};
  world.put_sloppily();
  world.commit();
  world.replica_answers(second);
  CHECK(world.answer<port::PutReply>().stand_ins.empty());
  CHECK(world.asked().empty());
}

TEST_CASE("stand-ins are asked too when replicas turn out to be gone only while the write is under way") {
  SloppyWorld world;
  world.put_sloppily();
  world.commit();
  world.lose(second);
  CHECK(world.asked().empty());  // one may still do it
  world.lose(third);
  CHECK(world.asked() == Asked{{stranger, second}, {fifth, third}});
  world.stand_in_answers(stranger);
  CHECK(world.answer<port::PutReply>().stand_ins == Nodes{stranger});
}

TEST_CASE("a stand-in that refuses or is lost is followed by the next; with none left the write is in doubt") {
  for (const bool is_lost : {false, true})
    for (const bool next_keeps_it : {false, true}) {
      SloppyWorld world;
      world.down = {third};
      world.put_sloppily({port::QuorumLevel::Kind::all, 0});
      world.commit();
      CHECK(world.asked() == Asked{{stranger, third}});
      if (is_lost)
        world.lose(stranger);
      else
        world.stand_in_answers(stranger, Error{ErrorCode::overloaded, "no"});
      CHECK(world.asked() == Asked{{stranger, third}, {fifth, third}});
      world.replica_answers(second);
      CHECK(world.answers.empty());
      if (next_keeps_it) {
        world.stand_in_answers(fifth);
        CHECK(world.answer<port::PutReply>().stand_ins == Nodes{fifth});
      } else {
        world.stand_in_answers(fifth, Error{ErrorCode::overloaded, "no"});
        CHECK(world.failure() == ErrorCode::in_doubt);
        CHECK(world.answer<port::Failure>().acked == Nodes{us, second});
      }
    }
}

TEST_CASE("a write in doubt names the stand-ins that have it") {
  SloppyWorld world;
  world.down = {second, third};
  world.put_sloppily({port::QuorumLevel::Kind::all, 0});
  world.commit();
  world.stand_in_answers(stranger);
  world.pass(3s);
  CHECK(world.failure() == ErrorCode::in_doubt);
  CHECK(world.answer<port::Failure>().acked == Nodes{us, stranger});
}

TEST_CASE("where even the stand-ins are too few a sloppy write is refused before anything happens") {
  SloppyWorld world;
  world.down = {second, third, stranger, fifth};
  world.put_sloppily();
  CHECK(world.failure() == ErrorCode::unavailable);
  CHECK(world.stored.empty());
}

TEST_CASE("an answer of a stand-in counts once, and only of one that was asked") {
  SloppyWorld world;
  world.down = {second, third};
  world.put_sloppily({port::QuorumLevel::Kind::all, 0});
  world.commit();
  world.reply(NodeId{77}, wire::MergeReply{.request = world.sent_to<wire::StandInRequest>(stranger).request});
  world.stand_in_answers(stranger);
  world.stand_in_answers(stranger);
  world.lose(stranger);
  CHECK(world.answers.empty());
  CHECK(world.asked().size() == 2);
  world.stand_in_answers(fifth);
  CHECK(world.answer<port::PutReply>().stand_ins == Nodes{stranger, fifth});
}

TEST_CASE("a sloppy write is forwarded to any one replica, with its word for it; without any it is refused") {
  SloppyWorld world;
  world.ring = world.wider_ring(second, third, fifth);
  world.down = {third, fifth};
  SUBCASE("one replica is up") {
    world.put_sloppily();
    const auto forwarded = world.sent_to<wire::ForwardWrite>(second);
    CHECK(forwarded.sloppy);
    world.reply(second, wire::ForwardReply{forwarded.request, {.siblings = 1, .stand_ins = {us}}});
    CHECK(world.answer<port::PutReply>().stand_ins == Nodes{us});
  }
  SUBCASE("none is") {
    world.down.insert(second);
    world.put_sloppily();
    CHECK(world.failure() == ErrorCode::unavailable);
  }
}
