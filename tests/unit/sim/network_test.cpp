#include "sim/network.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace starling;
using namespace starling::sim;

namespace {

Address address_of(std::uint64_t node) { return *parse_address(node == 1 ? "10.0.0.1:1" : "10.0.0.2:1"); }

/// Listens, and remembers what it was told.
struct Listener final : Endpoint {
  explicit Listener(std::uint64_t name) : node(name) {}
  bool up() const override { return true; }
  wire::Hello hello() const override { return {.node = NodeId{node}, .peer = address_of(node)}; }
  void receive(port::Event event) override { events.push_back(std::move(event)); }

  template <class Kind>
  std::size_t heard() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(events, [](const auto& event) { return std::holds_alternative<Kind>(event); }));
  }

  std::uint64_t node;
  std::vector<port::Event> events;
};

struct TwoHosts {
  TwoHosts() {
    network.attach(a);
    network.attach(b);
  }
  void run_for(Duration duration) { agenda.run_to(agenda.now() + duration); }
  void send_message() { network.send(0, address_of(2), wire::StreamPing{}); }
  void send_datagrams(int count) {
    for (int i = 0; i < count; ++i) network.send_datagram(0, address_of(2), "datagram");
  }

  Agenda agenda;
  Network network{agenda, Random(1)};
  Listener a{1};
  Listener b{2};
};

}  // namespace

TEST_CASE_FIXTURE(TwoHosts, "what a clogged way holds arrives when it is free, in order and to the last") {
  send_message();
  run_for(1s);
  REQUIRE(b.heard<port::MessageArrived>() == 1);
  network.links().clog(0, 1);
  send_message();
  send_message();
  send_datagrams(5);
  run_for(60s);
  CHECK(b.heard<port::MessageArrived>() == 1);
  CHECK(b.heard<port::DatagramArrived>() == 0);
  network.links().unclog(0, 1);
  run_for(1s);
  CHECK(b.heard<port::MessageArrived>() == 3);
  CHECK(b.heard<port::DatagramArrived>() == 5);
  CHECK(b.heard<port::PeerDisconnected>() == 0);
}

TEST_CASE_FIXTURE(TwoHosts, "what is blocked twice is blocked until both blocks are gone, and only that way") {
  network.links().block(0, 1);
  network.links().block(0, 1);
  network.links().unblock(0, 1);
  send_datagrams(5);
  network.send_datagram(1, address_of(1), "back");
  run_for(1s);
  CHECK(b.heard<port::DatagramArrived>() == 0);
  CHECK(a.heard<port::DatagramArrived>() == 1);
  network.links().unblock(0, 1);
  send_datagrams(5);
  run_for(1s);
  CHECK(b.heard<port::DatagramArrived>() == 5);
}

TEST_CASE_FIXTURE(TwoHosts, "a stream on which nothing gets through breaks in the end, at both ends") {
  send_message();
  run_for(1s);
  network.links().block(0, 1);
  send_message();
  run_for(10s);
  CHECK(b.heard<port::MessageArrived>() == 1);
  CHECK(a.heard<port::PeerDisconnected>() == 1);
  CHECK(b.heard<port::PeerDisconnected>() == 1);
}

TEST_CASE_FIXTURE(TwoHosts,
                  "a connection that breaks takes what is under way with it, and the next message makes another") {
  send_message();
  run_for(1s);
  send_message();
  network.break_connections(1);
  run_for(1s);
  CHECK(b.heard<port::MessageArrived>() == 1);
  CHECK(a.heard<port::PeerDisconnected>() == 1);
  CHECK(b.heard<port::PeerDisconnected>() == 1);
  send_message();
  run_for(1s);
  CHECK(b.heard<port::MessageArrived>() == 2);
}

TEST_CASE_FIXTURE(TwoHosts, "whoever comes back before its end has been heard of is answered on its new connection") {
  send_message();
  run_for(1s);
  network.links().slow_down(0, 1, 5s);
  for (int i = 0; i < 8; ++i) {  // what was written before the end may get lost with it, and then the end comes soon
    send_message();
    network.on_down(0);
    network.send(0, address_of(2), wire::StreamPing{});
    run_for(1s);
    const std::size_t before = a.heard<port::MessageArrived>();
    run_for(10s);
    network.send(1, NodeId{1}, wire::StreamAck{});
    run_for(1s);
    CHECK(a.heard<port::MessageArrived>() == before + 1);
  }
}

TEST_CASE_FIXTURE(TwoHosts, "a slow way takes its time, the other one not") {
  network.links().slow_down(0, 1, 2s);
  send_datagrams(1);
  network.send_datagram(1, address_of(1), "back");
  run_for(1s);
  CHECK(a.heard<port::DatagramArrived>() == 1);
  CHECK(b.heard<port::DatagramArrived>() == 0);
  run_for(2s);
  CHECK(b.heard<port::DatagramArrived>() == 1);
}

TEST_CASE_FIXTURE(TwoHosts, "bad weather loses, doubles and damages datagrams, and never a stream") {
  network.weather().loss_per_mille = 200;
  network.weather().twice_per_mille = 200;
  network.weather().corrupt_per_mille = 200;
  send_datagrams(1'000);
  for (int i = 0; i < 100; ++i) send_message();
  run_for(10s);
  CHECK(b.heard<port::MessageArrived>() == 100);
  const std::size_t arrived = b.heard<port::DatagramArrived>();
  CHECK(arrived > 850);
  CHECK(arrived < 1'100);
  std::size_t damaged = 0;
  for (const auto& event : b.events)
    if (const auto* datagram = std::get_if<port::DatagramArrived>(&event)) damaged += datagram->bytes != "datagram";
  CHECK(damaged > 120);
  CHECK(damaged < 280);
}
