#include "membership/precedence.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>

#include "membership/members.hpp"

using namespace starling;
using membership::Members;
using wire::MemberState;
using wire::MemberUpdate;

namespace {

constexpr std::array states{MemberState::alive, MemberState::suspect, MemberState::dead, MemberState::left};

/// Everything but the state follows from who speaks in which life at which incarnation, as in truth.
MemberUpdate statement(MemberState state, std::uint32_t incarnation, std::uint64_t generation = 1,
                       std::uint64_t nonce = 1, std::vector<NodeId> accusers = {}) {
  MemberUpdate said;
  said.node = NodeId{5};
  said.generation = Generation{generation};
  said.nonce = nonce;
  said.incarnation = incarnation;
  said.state = state;
  said.accusers = std::move(accusers);
  said.name = "node " + std::to_string(generation) + "." + std::to_string(nonce) + "." + std::to_string(incarnation);
  said.peer.port = static_cast<std::uint16_t>(generation * 100 + nonce * 10 + incarnation + 1);
  return said;
}

/// The table, written down cell by cell and not computed: which statements win over what is held.
bool wins(MemberState held, MemberState said, std::uint32_t i, std::uint32_t said_i) {
  using enum MemberState;
  switch (held) {
    case alive:
      switch (said) {
        case alive: return said_i > i;
        case suspect: return said_i >= i;
        case dead: return said_i >= i;
        case left: return true;
      }
      break;
    case suspect:
      switch (said) {
        case alive: return said_i > i;
        case suspect: return said_i > i;
        case dead: return said_i >= i;
        case left: return true;
      }
      break;
    case dead:
      switch (said) {
        case alive: return said_i > i;
        case suspect: return said_i > i;
        case dead: return said_i > i;
        case left: return true;
      }
      break;
    case left: return said == left && said_i > i;
  }
  return false;
}

std::string view_of(const MemberUpdate& m) {
  std::string text = m.name + "/" + std::to_string(static_cast<int>(m.state)) + "/" + std::to_string(m.peer.port);
  for (const NodeId accuser : m.accusers) text += "," + std::to_string(accuser.value);
  return text;
}

rc::Gen<MemberUpdate> any_statement() {
  return rc::gen::apply(
      [](int state, std::uint32_t incarnation, std::uint64_t generation, std::uint64_t nonce,
         std::vector<int> accusers) {
        std::vector<NodeId> ids;
        for (const int accuser : accusers) ids.push_back(NodeId{static_cast<std::uint64_t>(accuser)});
        return statement(states[static_cast<std::size_t>(state)], incarnation, generation, nonce, std::move(ids));
      },
      rc::gen::inRange(0, 4), rc::gen::inRange<std::uint32_t>(0, 4), rc::gen::inRange<std::uint64_t>(1, 3),
      rc::gen::inRange<std::uint64_t>(1, 3), rc::gen::container<std::vector<int>>(rc::gen::inRange(1, 12)));
}

std::string view_after(const std::vector<MemberUpdate>& statements) {
  Members members;
  for (const auto& said : statements) members.merge(said);
  const auto* member = members.find(NodeId{5});
  return member ? view_of(*member) : "nobody";
}

}  // namespace

TEST_CASE("every cell of the precedence table, for every order of the two incarnations") {
  for (const auto held_state : states)
    for (const auto said_state : states)
      for (std::uint32_t i = 0; i < 4; ++i)
        for (std::uint32_t said_i = 0; said_i < 4; ++said_i) {
          CAPTURE(static_cast<int>(held_state));
          CAPTURE(static_cast<int>(said_state));
          CAPTURE(i);
          CAPTURE(said_i);
          auto held = statement(held_state, i);
          const bool changed = membership::merge(held, statement(said_state, said_i));
          const bool expected = wins(held_state, said_state, i, said_i);
          CHECK(changed == expected);
          CHECK(held.state == (expected ? said_state : held_state));
          CHECK(held.incarnation == (expected ? said_i : i));
        }
}

TEST_CASE("a later boot beats everything said of an earlier one, and never the reverse") {
  for (const auto earlier : states)
    for (const auto later : states) {
      auto held = statement(earlier, 9, 1);
      CHECK(membership::merge(held, statement(later, 0, 2)));
      CHECK(held.state == later);
      CHECK(held.generation == Generation{2});
      CHECK_FALSE(membership::merge(held, statement(earlier, 9, 1)));
    }
}

TEST_CASE("an equal suspicion adds its accusers and nothing else") {
  auto held = statement(MemberState::suspect, 3, 1, 1, {NodeId{7}});
  CHECK(membership::merge(held, statement(MemberState::suspect, 3, 1, 1, {NodeId{2}, NodeId{7}})));
  CHECK(held.accusers == std::vector{NodeId{2}, NodeId{7}});
  CHECK_FALSE(membership::merge(held, statement(MemberState::suspect, 3, 1, 1, {NodeId{2}})));
  CHECK_FALSE(membership::merge(held, statement(MemberState::suspect, 3)));
}

TEST_CASE("an accuser cannot rewrite the words of the accused") {
  auto held = statement(MemberState::alive, 3);
  auto said = statement(MemberState::suspect, 3);
  said.peer.port = 9;
  said.name = "somebody else";
  CHECK(membership::merge(held, said));
  CHECK(held.state == MemberState::suspect);
  CHECK(view_of(held) == view_of(statement(MemberState::suspect, 3)));
}

TEST_CASE("accusers are sorted, distinct and bounded, and go with the suspicion") {
  std::vector<NodeId> many;
  for (std::uint64_t i = 40; i > 0; --i) many.insert(many.end(), 2, NodeId{i});
  const auto suspected = membership::canonical(statement(MemberState::suspect, 0, 1, 1, many));
  CHECK(suspected.accusers.size() == membership::accusers_max);
  CHECK(suspected.accusers.front() == NodeId{1});
  CHECK(std::is_sorted(suspected.accusers.begin(), suspected.accusers.end()));
  CHECK(membership::canonical(statement(MemberState::dead, 0, 1, 1, many)).accusers.empty());

  auto held = suspected;
  CHECK(membership::merge(held, statement(MemberState::alive, 1)));
  CHECK(held.accusers.empty());
}

TEST_CASE("any order and any repetition of the same statements end in the same view") {
  CHECK(rc::check([] {
    auto statements = *rc::gen::container<std::vector<MemberUpdate>>(any_statement());
    const auto expected = view_after(statements);
    const auto repeated = *rc::gen::inRange<std::size_t>(0, statements.size() + 1);
    for (std::size_t i = 0; i < repeated; ++i) statements.push_back(MemberUpdate(statements[i]));
    Random random(*rc::gen::arbitrary<std::uint64_t>());
    random.shuffle(std::span(statements));
    RC_ASSERT(view_after(statements) == expected);
  }));
}

TEST_CASE("two nodes that exchange what they hold end in the same view") {
  CHECK(rc::check([] {
    const auto heard_by_a = *rc::gen::container<std::vector<MemberUpdate>>(any_statement());
    const auto heard_by_b = *rc::gen::container<std::vector<MemberUpdate>>(any_statement());
    Members a;
    Members b;
    for (const auto& said : heard_by_a) a.merge(said);
    for (const auto& said : heard_by_b) b.merge(said);
    const auto of_a = a.all();
    for (const auto& [node, member] : b.all()) a.merge(member);
    for (const auto& [node, member] : of_a) b.merge(member);
    RC_ASSERT(a.all().size() == b.all().size());
    for (const auto& [node, member] : a.all()) RC_ASSERT(view_of(member) == view_of(*b.find(node)));
  }));
}

TEST_CASE("a statement about nobody, or with endless texts, is not well formed") {
  CHECK(membership::is_well_formed(statement(MemberState::alive, 0)));
  auto nobody = statement(MemberState::alive, 0);
  nobody.node = {};
  CHECK_FALSE(membership::is_well_formed(nobody));
  auto endless = statement(MemberState::alive, 0);
  endless.zone.assign(1000, 'z');
  CHECK_FALSE(membership::is_well_formed(endless));
}
