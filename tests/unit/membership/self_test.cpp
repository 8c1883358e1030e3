#include "membership/self.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace starling;
using membership::Self;
using wire::MemberState;

namespace {

wire::MemberUpdate boot(std::uint64_t generation = 5) {
  wire::MemberUpdate said;
  said.node = NodeId{1};
  said.generation = Generation{generation};
  said.nonce = 99;
  return said;
}

wire::MemberUpdate heard(MemberState state, std::uint32_t incarnation, std::uint64_t generation = 5) {
  auto said = boot(generation);
  said.state = state;
  said.incarnation = incarnation;
  return said;
}

constexpr std::uint32_t last_incarnation = std::numeric_limits<std::uint32_t>::max();

}  // namespace

TEST_CASE("accused, we go one incarnation past the accusation") {
  for (const auto accusation : {MemberState::suspect, MemberState::dead}) {
    Self self(boot());
    CHECK(self.hear(heard(accusation, 0)) == Self::Heard::refuted);
    CHECK(self.statement().incarnation == 1);
    CHECK(self.hear(heard(accusation, 7)) == Self::Heard::refuted);
    CHECK(self.statement().incarnation == 8);
    CHECK(self.statement().state == MemberState::alive);
  }
}

TEST_CASE("an accusation already answered is answered again, without another incarnation") {
  Self self(boot());
  self.hear(heard(MemberState::suspect, 3));
  CHECK(self.hear(heard(MemberState::suspect, 3)) == Self::Heard::stale);
  CHECK(self.hear(heard(MemberState::dead, 9, 4)) == Self::Heard::stale);
  CHECK(self.statement().incarnation == 4);
}

TEST_CASE("our own words coming back need no answer") {
  Self self(boot());
  CHECK(self.hear(self.statement()) == Self::Heard::known);
  CHECK(self.hear(heard(MemberState::alive, 0, 3)) == Self::Heard::known);
}

TEST_CASE("at the last incarnation the refutation is a new generation") {
  Self self(boot());
  CHECK(self.hear(heard(MemberState::dead, last_incarnation)) == Self::Heard::refuted);
  CHECK(self.statement().generation == Generation{6});
  CHECK(self.statement().incarnation == 0);
}

TEST_CASE("an invented farewell in our name is refuted by a new generation") {
  Self self(boot());
  CHECK(self.hear(heard(MemberState::left, 0)) == Self::Heard::refuted);
  CHECK(self.statement().generation == Generation{6});
  CHECK_FALSE(self.has_left());
}

TEST_CASE("once we have left, nothing brings us back") {
  Self self(boot());
  self.leave();
  CHECK(self.hear(heard(MemberState::suspect, 0)) == Self::Heard::known);
  CHECK(self.hear(heard(MemberState::dead, 5)) == Self::Heard::known);
  CHECK(self.has_left());
}

TEST_CASE("another nonce in our generation is a copy of our directory") {
  Self self(boot());
  auto copy = heard(MemberState::alive, 0);
  copy.nonce = 98;
  CHECK(self.hear(copy) == Self::Heard::copied);
}

TEST_CASE("a later life than our directory knows is gone past once; an answer to that is a copy") {
  Self self(boot());
  CHECK(self.hear(heard(MemberState::alive, 2, 8)) == Self::Heard::outgrown);
  CHECK(self.statement().generation == Generation{9});
  CHECK(self.hear(heard(MemberState::alive, 0, 8)) == Self::Heard::known);
  CHECK(self.hear(heard(MemberState::alive, 0, 10)) == Self::Heard::copied);
}

TEST_CASE("two copies of one directory that hear each other do not escalate for ever: one stops") {
  Self older(boot(5));
  Self newer(boot(7));
  int exchanges = 0;
  bool stopped = false;
  while (!stopped && exchanges < 10) {
    ++exchanges;
    stopped =
        older.hear(newer.statement()) == Self::Heard::copied || newer.hear(older.statement()) == Self::Heard::copied;
  }
  CHECK(stopped);
  CHECK(exchanges <= 3);
}

TEST_CASE("the last generation there is cannot be beaten and is not answered") {
  Self self(boot());
  CHECK(self.hear(heard(MemberState::dead, 0, std::numeric_limits<std::uint64_t>::max())) == Self::Heard::known);
  CHECK(self.statement().generation == Generation{5});
}

TEST_CASE("a book that knows a later life of ours raises the generation at the start") {
  Self self(boot(5));
  self.outlive(heard(MemberState::alive, 0, 4));
  CHECK(self.statement().generation == Generation{5});
  self.outlive(heard(MemberState::alive, 0, 5));
  CHECK(self.statement().generation == Generation{6});
}
