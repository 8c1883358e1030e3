#include "runtime/stream.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "free_address.hpp"
#include "runtime/listener.hpp"
#include "runtime/sockaddr.hpp"

using namespace starling;
using namespace starling::runtime;

namespace {

/// The end that takes the connection, and counts what comes.
struct Taker final : StreamOwner {
  Taker() {
    auto opened = Listener::open(loop, address, "a test", [this](uv_stream_t* from) {
      stream = std::make_unique<Stream>(loop, writes, *this);
      REQUIRE(stream->accept(from));
    });
    REQUIRE(opened.has_value());
    listener = std::move(*opened);
  }
  void on_bytes(BytesView bytes) override { taken += bytes.size(); }
  void on_broken(std::string_view) override { broken = true; }
  void turn() { uv_run(loop.get(), UV_RUN_NOWAIT); }
  /// For at most a minute: what goes through the kernel may take longer than some turns.
  void turn_until(auto done) {
    for (const Instant give_up = loop.now() + 60s; !done() && loop.now() < give_up;) turn();
  }

  Loop loop;
  Address address = free_address();
  WriteQueue writes;
  std::unique_ptr<Listener> listener;
  std::unique_ptr<Stream> stream;
  std::size_t taken = 0;
  bool broken = false;
};

std::size_t send_what_fits(int fd) {
  const std::string piece(64 * 1024, 'x');
  std::size_t sent = 0;
  for (ssize_t count = 0; count >= 0; count = send(fd, piece.data(), piece.size(), MSG_NOSIGNAL))
    sent += static_cast<std::size_t>(count);
  return sent;
}

}  // namespace

TEST_CASE("a stream is read once in a turn, however much there is: one that floods does not hold up the others") {
  Taker taker;
  const int flood = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  connect(flood, SockAddr(taker.address).get(), sizeof(sockaddr_in));
  taker.turn_until([&] { return taker.stream != nullptr; });
  REQUIRE(taker.stream);

  // The kernel lets more through at once the faster it is read.
  const std::size_t once = taker.loop.read_buffer().len;
  std::size_t sent = 0, most = 0;
  for (int i = 0; i < 200; ++i) {
    sent += send_what_fits(flood);
    const std::size_t before = taker.taken;
    taker.turn();
    most = std::max(most, taker.taken - before);
  }
  CHECK(most > 0);
  CHECK(most <= once);
  close(flood);
  taker.turn_until([&] { return taker.broken; });
  CHECK(taker.taken == sent);
  CHECK(taker.broken);
}
