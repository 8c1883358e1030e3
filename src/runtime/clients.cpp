#include "runtime/clients.hpp"

#include <fmt/format.h>

namespace starling::runtime {

namespace {

/// The time of day, for last-write-wins buckets and expiry.
WallTime wall_time() {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return {static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since_1970).count())};
}

}  // namespace

Clients::Clients(Loop& loop, WriteQueue& queue, EventSink& sink, Log& log, std::uint64_t random, ClientLimits limits)
    : loop_(loop), queue_(queue), sink_(sink), log_(log), limits_(limits), connections_(random), asked_(random) {}

Clients::~Clients() = default;

Result<> Clients::listen(const Address& at) {
  auto listener = Listener::open(loop_, at, "clients", [this](uv_stream_t* stream) { take_in(stream); });
  if (!listener) return std::unexpected(listener.error());
  listener_ = std::move(*listener);
  return {};
}

void Clients::answer(port::ClientToken token, port::ClientReply reply) {
  const Asked* asked = asked_.find(token.value);
  if (asked == nullptr) return;
  if (auto* connection = connections_.find(asked->connection)) (*connection)->reply(asked->id, std::move(reply));
  asked_.erase(token.value);
}

void Clients::tick() {
  bury();
  const Instant now = loop_.now();
  std::size_t unread = 0;
  ClientConnection* laziest = nullptr;
  for (std::uint32_t slot = 0; slot < connections_.slots(); ++slot) {
    const auto number = connections_.in_slot(slot);
    if (!number) continue;
    ClientConnection& connection = **connections_.find(*number);
    if (const auto why = connection.overdue(now)) {
      cut_off(connection, *why);
      continue;
    }
    unread += connection.unread_bytes();
    if (laziest == nullptr || connection.unread_bytes() > laziest->unread_bytes()) laziest = &connection;
  }
  if (unread > limits_.unread_bytes_max) cut_off(*laziest, "clients leave too much unread, and it the most");
}

void Clients::cut_off(ClientConnection& connection, std::string_view why) {
  ++cut_off_count_;
  log_.info(fmt::format("client {} cut off: {}", to_string(connection.remote()), why));
  connections_.erase(connection.number());
}

void Clients::on_asked(ClientConnection& connection, std::uint64_t id, port::ClientRequest request) {
  if (asked_.size() >= limits_.in_flight_max) {
    const Error error{ErrorCode::overloaded,
                      fmt::format("{} requests are under way on this node; try again later", limits_.in_flight_max)};
    return connection.reply(id, port::Failure{error, {}});
  }
  const port::ClientToken token{asked_.insert({connection.number(), id})};
  sink_.handle(port::ClientAsked{token, std::move(request), wall_time()});
}

void Clients::on_gone(ClientConnection& connection, std::string_view) { gone_.push_back(connection.number()); }

void Clients::take_in(uv_stream_t* listener) {
  bury();
  auto connection = std::make_unique<ClientConnection>(loop_, queue_, *this);
  ClientConnection& taken = *connection;
  if (!taken.accept(listener)) return;
  taken.set_number(connections_.insert(std::move(connection)));
  if (connections_.size() > limits_.connections_max)
    taken.refuse({ErrorCode::overloaded,
                  fmt::format("this node serves at most {} connections; use another node", limits_.connections_max)});
}

/// Destroying a connection closes its socket. Not in the middle of one of its own calls.
void Clients::bury() {
  for (const std::uint64_t number : gone_)
    if (connections_.find(number) != nullptr) connections_.erase(number);
  gone_.clear();
}

}  // namespace starling::runtime
