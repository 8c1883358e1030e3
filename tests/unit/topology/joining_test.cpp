#include <doctest/doctest.h>

#include "town.hpp"

using namespace starling;
using namespace starling::topology;
using testing::Town;

namespace {

using Names = std::vector<std::string>;

/// House 0 is a cluster of its own.
struct Founded0 : Town {
  explicit Founded0(std::size_t houses) : Town(houses) {
    init(0, {});
    run(1s);
  }
};

const std::vector seed{Town::address_of(0)};
const wire::JoinInvite invitation{.contacts = {{{1}, Town::address_of(0)}}};

}  // namespace

TEST_CASE("a node that asks is known to the member it asks, and waits") {
  Founded0 town(3);
  town.ask_to_join(1, seed, true);
  town.ask_to_join(2, seed, false);
  town.run(5s);
  CHECK(town.waiting(0) == Names{"n2!", "n3"});
  CHECK_FALSE(town.cluster_of(1));
}

TEST_CASE("who is in the ring is welcomed, and keeps the cluster before the ring") {
  Founded0 town(2);
  town.ask_to_join(1, seed, true);
  town.run(5s);
  town.admit(0, 1);
  town.run(5s);
  CHECK(town.cluster_of(1) == town.cluster_of(0));
  CHECK(town[1].records.at(ring_record_name) == town[0].records.at(ring_record_name));
  const auto cluster = *decode_cluster_record(town[1].records.at(cluster_record_name));
  const auto known = *decode_cluster_record(town[0].records.at(cluster_record_name));
  CHECK(cluster.secret == known.secret);
  CHECK(cluster.founder == known.founder);
  CHECK(cluster.contacts.front().peer == Town::address_of(0));
  CHECK(town.waiting(0).empty());
  const auto joined = town[1].founding->take_founded();
  REQUIRE(joined);
  CHECK(joined->ring.find(town[1].id));
  CHECK_FALSE(town[1].founding->take_founded());
}

TEST_CASE("who has been welcomed asks no more") {
  Founded0 town(2);
  town.ask_to_join(1, seed, true);
  town.admit(0, 1);
  town.run(5s);
  const std::size_t events = town.events();
  town.run(60s);
  CHECK(town.events() == events);
}

TEST_CASE("a welcome to a ring without us is passed over, and so is one that is damaged") {
  Founded0 town(2);
  town.ask_to_join(1, seed, true);
  town.tell(0, 1, wire::JoinWelcome{.ring = encode(town.ring_of(0)), .contacts = {}});
  town.tell(0, 1, wire::JoinWelcome{.ring = {1, 2, 3}, .contacts = {}});
  town.run(5s);
  CHECK_FALSE(town.cluster_of(1));
  CHECK(town.waiting(0) == Names{"n2!"});
}

TEST_CASE("who asks one member is told of the others, and is welcomed though the first one dies") {
  Town town(3);
  town.init(0, {Town::address_of(1)});
  town.run(1s);
  town.ask_to_join(2, seed, true);
  town.run(2s);
  CHECK(town.waiting(1) == Names{"n3!"});
  town.crash(0);
  town.admit(1, 2);
  town.run(2s);
  CHECK(town.cluster_of(2) == town.cluster_of(1));
}

TEST_CASE("who is no member yet is not told the secret") {
  Founded0 town(2);
  const auto cluster = *decode_cluster_record(town[0].records.at(cluster_record_name));
  Joiners joiners;
  port::Outbox out;
  joiners.on_message({2}, wire::JoinAsk{.node = {2}, .name = {}, .zone = {}, .peer = {}}, town.ring_of(0), cluster, {},
                     {}, out);
  const auto& answer = std::get<wire::JoinWelcome>(std::get<port::SendMessage>(out.effects().at(0)).message);
  CHECK(answer.ring.empty());
  CHECK(answer.secret == Secret{});
}

TEST_CASE("who has asked is welcomed with the first ring that has it, without asking again") {
  Founded0 town(3);
  const auto cluster = *decode_cluster_record(town[0].records.at(cluster_record_name));
  Joiners joiners;
  port::Outbox out;
  for (const std::uint64_t node : {2, 3})
    joiners.on_message({node}, wire::JoinAsk{.node = {node}, .name = {}, .zone = {}, .peer = {}}, town.ring_of(0),
                       cluster, {}, {}, out);
  out.clear();
  joiners.on_ring(town.ring_of(0), cluster, {}, out);
  CHECK(out.effects().empty());
  town.admit(0, 1);
  joiners.on_ring(town.ring_of(0), cluster, {}, out);
  REQUIRE(out.effects().size() == 1);
  const auto& welcome = std::get<port::SendMessage>(out.effects().front());
  CHECK(welcome.to == NodeId{2});
  CHECK(std::get<wire::JoinWelcome>(welcome.message).ring == encode(town.ring_of(0)));
  joiners.on_ring(town.ring_of(0), cluster, {}, out);
  CHECK(out.effects().size() == 1);
}

TEST_CASE("a welcome that was not asked for is passed over") {
  Founded0 town(2);
  town.admit(0, 1);
  town.tell(0, 1, wire::JoinWelcome{.ring = encode(town.ring_of(0)), .contacts = {}});
  town.run(5s);
  CHECK_FALSE(town.cluster_of(1));
}

TEST_CASE("who is gone is forgotten after ten seconds") {
  Founded0 town(2);
  town.ask_to_join(1, seed, true);
  town.run(3s);
  town.crash(1);
  town.run(8s);
  CHECK(town.waiting(0) == Names{"n2!"});
  town.run(3s);
  CHECK(town.waiting(0).empty());
}

TEST_CASE("an invited node asks whoever invites it, at once, without a seed") {
  Founded0 town(2);
  town.tell(0, 1, invitation);
  town.run(2s);
  CHECK(town.waiting(0) == Names{"n2!"});
  town.admit(0, 1);
  town.run(2s);
  CHECK(town.cluster_of(1) == town.cluster_of(0));
}

TEST_CASE("an invitation is an operator's word for a node that has waited for one") {
  Founded0 town(2);
  town.ask_to_join(1, seed, false);
  town.run(2s);
  CHECK(town.waiting(0) == Names{"n2"});
  town.tell(0, 1, invitation);
  town.run(2s);
  CHECK(town.waiting(0) == Names{"n2!"});
}

TEST_CASE("whoever crashes after it was invited, is in the cluster in the end without being invited again") {
  for (std::size_t step = 0; step < 40; ++step) {
    CAPTURE(step);
    Founded0 town(2);
    const std::size_t begun = town.events();
    town.before_event = [&](std::size_t event) {
      if (event == begun + step) town.crash(1);
      // The ring has it as soon as it has asked.
      if (town.waiting(0) == Names{"n2!"}) town.admit(0, 1);
    };
    town.tell(0, 1, invitation);
    town.run(5s);
    town.before_event = nullptr;
    if (!town[1].founding) town.start(1);
    town.run(5s);
    CHECK((town.cluster_of(1) == town.cluster_of(0) || !town.ring_of(0).find(town[1].id)));
  }
}

TEST_CASE("an invited node that has restarted says that it asks, not that it waits for an operator") {
  Founded0 town(2);
  town.tell(0, 1, invitation);
  town.run(10ms);
  town.crash(1);
  town.start(1);
  CHECK(town[1].founding->waiting_for().find("asks to join the cluster that has invited it") != std::string::npos);
}

TEST_CASE("an invitation that cannot be kept is not followed") {
  Founded0 town(2);
  town.full_disks = true;
  town.tell(0, 1, invitation);
  town.run(5s);
  CHECK(town.waiting(0).empty());
  town.full_disks = false;
  town.tell(0, 1, invitation);
  town.run(2s);
  CHECK(town.waiting(0) == Names{"n2!"});
}

TEST_CASE("of many members that may be asked all have their turn") {
  Founded0 town(12);
  wire::JoinInvite many;
  for (std::size_t house = 11; house-- > 0;) many.contacts.push_back({{house + 1}, Town::address_of(house)});
  Bytes record;
  wire::encode(wire::Message(many), record);
  town.crash(11);
  town[11].records[invitation_record_name] = record;
  town.start(11);  // house 0, which is the only cluster, comes last
  town.run(500ms);
  CHECK(town.waiting(0).empty());
  town.run(3s);
  CHECK(town.waiting(0) == Names{"n12!"});
}

TEST_CASE("a member is not to be invited away") {
  Founded0 town(2);
  town.tell(1, 0, invitation);
  const std::size_t events = town.events();
  town.run(60s);
  CHECK(town.events() <= events + 1);
}

TEST_CASE("who takes part in a founding is not to be welcomed elsewhere") {
  Town town(4);
  town.init(3, {});
  town.run(1s);
  town.ask_to_join(1, {Town::address_of(3)}, true);
  town.admit(3, 1);
  town.init(0, {Town::address_of(1)});
  town.tell(3, 1, wire::JoinWelcome{.ring = encode(town.ring_of(3)), .contacts = {}});
  town.run(30s);
  // One of the two came first, and it is a member of that cluster only.
  CHECK(town.cluster_of(1));
  CHECK((town.cluster_of(0) ? town.cluster_of(1) == town.cluster_of(0) : town.cluster_of(1) == town.cluster_of(3)));
}

TEST_CASE("whoever crashes while it joins, is in the cluster in the end or in none") {
  for (std::size_t step = 0; step < 60; ++step) {
    CAPTURE(step);
    Founded0 town(2);
    const std::size_t begun = town.events();
    town.before_event = [&](std::size_t event) {
      if (event == begun + step) town.crash(1);
    };
    town.ask_to_join(1, seed, true);
    town.admit(0, 1);
    town.run(5s);
    town.before_event = nullptr;
    if (!town[1].founding) town.start(1);
    if (!town.cluster_of(1)) town.ask_to_join(1, seed, true);
    town.run(5s);
    CHECK(town.cluster_of(1) == town.cluster_of(0));
  }
}

TEST_CASE("a welcome that cannot be kept is asked for again") {
  Founded0 town(2);
  town.full_disks = true;
  town.ask_to_join(1, seed, true);
  town.admit(0, 1);
  town.run(5s);
  CHECK_FALSE(town.cluster_of(1));
  town.full_disks = false;
  town.run(5s);
  CHECK(town.cluster_of(1) == town.cluster_of(0));
}

TEST_CASE("a node that was a member asks again, and waits for an operator") {
  Founded0 town(2);
  town.ask_to_join(1, seed, true);
  town.admit(0, 1);
  town.run(2s);
  auto parts = town.ring_of(0).parts();
  ++parts.epoch.value;
  parts.members.pop_back();
  town[0].records[ring_record_name] = encode(*ring::Ring::make(parts));
  town.ask_to_join(1, seed, false);
  town.run(2s);
  CHECK(town.waiting(0) == Names{"n2"});
  town.tell(0, 1, invitation);
  town.run(2s);
  CHECK(town.waiting(0) == Names{"n2!"});
  town[1].founding->stop_asking();
  town.run(20s);
  CHECK(town.waiting(0).empty());
}

TEST_CASE("what an operator can do for a node that asks is told") {
  Founded0 town(3);
  const auto said = [&](std::size_t house, const char* words) {
    return town[house].founding->waiting_for().find(words) != std::string::npos;
  };
  town.ask_to_join(1, seed, true);
  town.ask_to_join(2, seed, false);
  CHECK(said(1, "asks to join the cluster of 10.0.0.1:4702"));
  CHECK(said(2, "'kvcli cluster join n3'"));
}
