#include "client/endpoint.hpp"

#include <algorithm>
#include <charconv>

#include "client/error.hpp"
#include "client/fields.hpp"
#include "client/request.hpp"

namespace starling::client {
namespace {

constexpr Duration connect_timeout = 2s;
constexpr Duration first_pause = 50ms;
constexpr Duration longest_pause = 2s;

}  // namespace

Result<HostPort> parse_host_port(std::string_view text) {
  auto refuse_it = [&] {
    return fail(ErrorCode::invalid, "'" + std::string(text) + "' is no HOST:PORT, like 127.0.0.1:4701 or [::1]:4701");
  };
  std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return refuse_it();
  std::string_view host = text.substr(0, colon), digits = text.substr(colon + 1);
  bool bracketed = host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host.empty() || (!bracketed && host.find(':') != std::string_view::npos)) return refuse_it();
  std::uint16_t port = 0;
  auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (wrong != std::errc() || end != digits.data() + digits.size() || port == 0) return refuse_it();
  return HostPort{std::string(host), port};
}

Endpoint::Endpoint(Loop& loop, Listener& listener, HostPort address, bool configured, std::string client_name)
    : listener_(listener),
      address_(std::move(address)),
      configured_(configured),
      client_name_(std::move(client_name)),
      connection_(loop, *this) {}

void Endpoint::tick(Instant now) {
  if (trying_ && now >= next_try_) return give_up("no answer to the greeting");
  if (trying_ || usable_ || now < next_try_) return;
  trying_ = true;
  next_try_ = now + connect_timeout;
  connection_.open(address_.host, address_.port);
}

void Endpoint::on_open(Connection& connection) { connection.send(hello_msgid, "hello", pack_hello(client_name_)); }

void Endpoint::on_answer(Connection&, const Connection::Answer& answer) {
  last_heard_ = Loop::now();
  if (answer.msgid == hello_msgid) return on_hello_answer(answer);
  listener_.on_answer(*this, answer);
}

void Endpoint::on_hello_answer(const Connection::Answer& answer) {
  wire::Reader content = answer.content;
  if (answer.failed) return give_up(decode_error(content).message);
  read_fields(content, [&](BytesView name, wire::Reader& value) {
    if (name == "node") node_id_ = value.bytes();
  });
  if (!content.ok()) return give_up("the node answers the greeting with something else");
  trying_ = false;
  usable_ = true;
  failures_ = 0;
  why_.clear();
  listener_.on_usable(*this);
}

void Endpoint::on_broken(Connection& connection, const std::string& why) {
  connection.close();
  trying_ = usable_ = false;
  why_ = why;
  next_try_ = Loop::now() + std::min<Duration>(first_pause * (1 << std::min(failures_, 6U)), longest_pause);
  ++failures_;
  listener_.on_unusable(*this, why);
}

}  // namespace starling::client
