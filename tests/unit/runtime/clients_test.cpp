#include "runtime/clients.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include "free_address.hpp"
#include "runtime/sockaddr.hpp"

using namespace starling;
using namespace starling::runtime;

namespace {

/// A client port and a node that answers every get with "v".
struct Port final : EventSink {
  explicit Port(ClientLimits limits = {})
      : log(port::Severity::error, LogFormat::text, ""), clients(loop, writes, *this, log, 1, limits) {
    REQUIRE(clients.listen(address));
  }
  void handle(port::Event event) override { asked.push_back(std::get<port::ClientAsked>(std::move(event)).token); }
  void turn() {
    uv_run(loop.get(), UV_RUN_NOWAIT);
    if (answering)
      for (const port::ClientToken token : std::exchange(asked, {}))
        clients.answer(token, port::GetReply{.values = {"v"}, .context = "c"});
    clients.tick();
    writes.flush();
  }
  /// For at most a minute: what goes through the kernel may take longer than some turns.
  bool turn_until(auto done) {
    for (const Instant give_up = loop.now() + 60s; !done() && loop.now() < give_up; usleep(100)) turn();
    return done();
  }

  Loop loop;
  Address address = free_address();
  WriteQueue writes;
  Log log;
  Clients clients;
  std::vector<port::ClientToken> asked;
  bool answering = true;
};

/// The other end, not blocking.
struct Caller {
  explicit Caller(Port& to) : port(to), fd(socket(AF_INET, SOCK_STREAM, 0)) {
    REQUIRE(connect(fd, SockAddr(port.address).get(), sizeof(sockaddr_in)) == 0);
    REQUIRE(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
    for (int i = 0; i < 20; ++i) port.turn();
  }
  ~Caller() { close(fd); }
  void send(BytesView bytes) {
    REQUIRE(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
  }
  /// At least so many bytes, and what has come with them; "<closed>" at the end of the stream.
  std::string receive(std::size_t bytes_min = 1) {
    std::string received;
    port.turn_until([&] {
      char buffer[4096];
      const ssize_t count = recv(fd, buffer, sizeof buffer, 0);
      if (count > 0) received.append(buffer, static_cast<std::size_t>(count));
      if (count == 0) received += "<closed>";
      return count == 0 || (count < 0 && received.size() >= bytes_min);
    });
    return received;
  }
  std::string receive_to_the_end() { return receive(SIZE_MAX); }

  Port& port;
  int fd;
};

const std::string get_k("\x94\x00\x07\xa6kv.get\x91\xa1k", 13);

}  // namespace

TEST_CASE("a request is answered on the connection that asked") {
  Port port;
  Caller first(port), second(port);
  first.send(get_k);
  const std::string answer = first.receive();
  CHECK(answer.starts_with("\x94\x01"));
  CHECK(answer.find('v') != std::string::npos);
  second.send(get_k + get_k);
  CHECK(second.receive(2 * answer.size()).size() == 2 * answer.size());
  CHECK(port.clients.in_flight() == 0);
}

TEST_CASE("an answer for a connection that is gone is dropped") {
  Port port;
  port.answering = false;
  {
    Caller caller(port);
    caller.send(get_k);
    REQUIRE(port.turn_until([&] { return port.asked.size() == 1; }));
  }
  CHECK(port.turn_until([&] { return port.clients.connections() == 0; }));
  port.answering = true;
  port.turn();
  CHECK(port.clients.in_flight() == 0);
}

TEST_CASE("one connection too many is told so and closed; the others stay") {
  Port port({.connections_max = 2});
  Caller first(port), second(port), third(port);
  const std::string words = third.receive_to_the_end();
  CHECK(words.find("OVERLOADED") != std::string::npos);
  first.send(get_k);
  CHECK(first.receive().starts_with("\x94\x01"));
}

TEST_CASE("beyond what may be under way a request is overloaded at once") {
  Port port({.in_flight_max = 3});
  port.answering = false;
  Caller caller(port);
  caller.send(get_k + get_k + get_k + get_k);
  CHECK(caller.receive().find("OVERLOADED") != std::string::npos);
  CHECK(port.asked.size() == 3);
}

TEST_CASE("a pipeline longer than the window is answered in full") {
  Port port;
  Caller caller(port);
  caller.send(get_k);
  const std::size_t one = caller.receive().size();
  std::string many;
  for (int i = 0; i < 1000; ++i) many += get_k;
  caller.send(many);
  CHECK(caller.receive(1000 * one).size() == 1000 * one);
}

TEST_CASE("what is no MessagePack-RPC gets one last error and the end") {
  Port port;
  Caller caller(port);
  caller.send("\xdd\xff\xff\xff\xff");
  const std::string words = caller.receive_to_the_end();
  CHECK(words.find("MALFORMED") != std::string::npos);
  CHECK(words.ends_with("<closed>"));
}
