#include "runtime/client_connection.hpp"

#include <utility>

namespace starling::runtime {

namespace {
constexpr auto message_within = 30s;
constexpr auto reading_within = 30s;
constexpr auto goodbye_within = 2s;
}  // namespace

ClientConnection::ClientConnection(Loop& loop, WriteQueue& queue, ClientConnectionOwner& owner)
    : loop_(loop), owner_(owner), waiting_since_(loop.now()), stream_(loop, queue, *this) {}

Result<> ClientConnection::accept(uv_stream_t* listener) { return stream_.accept(listener); }

void ClientConnection::reply(std::uint64_t id, port::ClientReply reply) {
  session_.reply(id, std::move(reply));
  go_on();
}

void ClientConnection::refuse(const Error& error) {
  session_.refuse(error);
  after_change();
}

std::optional<std::string_view> ClientConnection::overdue(Instant now) {
  if (stream_.stalled(now) > reading_within) return "it does not read its answers";
  const Duration waited = now - waiting_since_;
  if (stream_.closing()) return waited > goodbye_within ? std::optional("no answer to our goodbye") : std::nullopt;
  if (session_.mid_message() && session_.wants_input() && waited > message_within)
    refuse({ErrorCode::timed_out, "a message was begun and not finished within 30 s; the connection closes"});
  return std::nullopt;
}

void ClientConnection::on_bytes(BytesView bytes) {
  if (session_.closing()) return;
  feeding_ = true;
  for (std::vector<gateway::Session::Asked> asked;;) {
    const bool was_between = !session_.mid_message();
    const std::size_t unread = session_.unread_bytes();
    session_.feed(std::exchange(bytes, {}), asked);
    if (was_between || !asked.empty() || session_.unread_bytes() != unread) waiting_since_ = loop_.now();
    if (asked.empty()) break;
    for (gateway::Session::Asked& one : asked) owner_.on_asked(*this, one.id, std::move(one.request));
    asked.clear();
    if (!session_.wants_input() || !session_.mid_message()) break;
  }
  feeding_ = false;
  after_change();
}

/// Something that may have held requests back is gone.
void ClientConnection::go_on() {
  if (feeding_) return;  // on_bytes() looks again
  if (session_.wants_input() && session_.mid_message()) return on_bytes({});
  after_change();
}

void ClientConnection::after_change() {
  if (session_.has_output()) stream_.touch();
  if (session_.closing() && !stream_.closing()) {
    waiting_since_ = loop_.now();
    stream_.close_when_sent();
  } else if (!session_.wants_input()) {
    stream_.pause();
  } else {
    stream_.resume();
  }
}

void ClientConnection::before_write(Bytes& output) {
  if (session_.has_output()) session_.take_output(output);
}

void ClientConnection::on_taken(std::size_t bytes) {
  session_.wrote(bytes);
  go_on();
}

}  // namespace starling::runtime
