#include <doctest/doctest.h>

#include "membership/config.hpp"
#include "membership/precedence.hpp"
#include "support/lone_member.hpp"
#include "wire/codec.hpp"

using namespace starling;
using test::LoneMember;
using wire::MemberState;

namespace {

/// News of so many strangers, with names of so many bytes, heard from peer 0.
void fill_queue(LoneMember& member, std::size_t strangers, std::size_t name_bytes) {
  for (std::size_t i = 0; i < strangers; ++i) {
    auto said = LoneMember::statement(NodeId{1000 + i});
    said.name.assign(name_bytes, 'n');
    member.say(LoneMember::peer(0), wire::Gossip{}, {said});
  }
}

}  // namespace

TEST_CASE("a datagram is never over 1,400 bytes, and nearly full when there is much to say") {
  for (std::size_t name_bytes = 0; name_bytes <= membership::name_bytes_max; name_bytes += 3) {
    LoneMember member(4);
    fill_queue(member, 60, name_bytes);
    member.run_for(2s);
    std::size_t largest = 0;
    for (const auto& sent : member.sent) {
      CHECK(sent.bytes <= wire::datagram_bytes_max);
      largest = std::max(largest, sent.bytes);
    }
    CHECK(largest > wire::datagram_bytes_max - (name_bytes + 100));
  }
}

TEST_CASE("an answer to an address that we do not know is never larger than the question") {
  Address stranger{.ip = {}, .port = 9};
  for (std::size_t extra = 0; extra < 12; ++extra) {
    LoneMember member(4);
    fill_queue(member, 60, 10);
    member.forget();
    std::vector<wire::MemberUpdate> updates;
    for (std::size_t i = 0; i < extra; ++i) updates.push_back(LoneMember::statement(NodeId{500 + i}));
    const wire::Datagram ping{.cluster = LoneMember::cluster,
                              .from = NodeId{900},
                              .epoch = Epoch{1},
                              .body = wire::Ping{~std::uint64_t{0}, {}},
                              .updates = updates};
    const Bytes question = wire::encode(ping);
    member.say_bytes(stranger, question);
    const auto answers = member.sent_with<wire::Ack>();
    REQUIRE(answers.size() == 1);
    CHECK(answers.front().to == stranger);
    CHECK(answers.front().bytes <= question.size());
  }
}

TEST_CASE("the name of a member does not make another address known") {
  LoneMember member(4);
  fill_queue(member, 60, 10);
  member.forget();
  const Address elsewhere{.ip = {}, .port = 9};
  member.say(LoneMember::peer(1), wire::Ping{1, {}}, {}, elsewhere);
  member.say(LoneMember::peer(1), wire::Ping{2, {}});
  const auto answers = member.sent_with<wire::Ack>();
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].datagram.updates.empty());
  CHECK(answers[1].datagram.updates.size() > 10);
}

TEST_CASE("a member that moved in the same datagram is still unknown where it claims to be") {
  LoneMember member(4);
  fill_queue(member, 60, 10);
  member.forget();
  auto moved = LoneMember::statement(LoneMember::peer(1), MemberState::alive, 1);
  moved.peer.port = 9;
  member.say(LoneMember::peer(1), wire::Ping{1, {}}, {moved}, moved.peer);
  REQUIRE(member.sent_with<wire::Ack>().size() == 1);
  CHECK(member.sent_with<wire::Ack>().front().datagram.updates.size() <= 1);
}

TEST_CASE("nothing is sent to a member whose address nobody knows") {
  LoneMember member(0);
  auto nowhere = LoneMember::statement(NodeId{50});
  nowhere.peer = {};
  member.say(NodeId{51}, wire::Gossip{}, {nowhere});
  member.run_for(10s);
  CHECK(member.sent.empty());
}
