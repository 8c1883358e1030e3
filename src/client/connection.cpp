#include "client/connection.hpp"

#include "base/ensure.hpp"
#include "wire/msgpack_packer.hpp"

namespace starling::client {
namespace {

/// An answer may carry many siblings of large values; beyond this the other side is no node.
constexpr std::size_t answer_bytes_max = 1024 * 1024 * 1024;

struct PendingWrite {
  uv_write_t request{};
  Bytes bytes;
};

}  // namespace

/// These two outlive the connection if it is closed meanwhile; then `owner` is null.
struct Connection::Resolving {
  uv_getaddrinfo_t request{};
  Connection* owner{};
};
struct Connection::Connecting {
  uv_connect_t request{};
  Connection* owner{};
};

Connection::Connection(Loop& loop, Listener& listener)
    : loop_(loop), listener_(listener), scan_({.bytes_max = answer_bytes_max}) {}

Connection::~Connection() { close(); }

void Connection::open(const std::string& host, std::uint16_t port) {
  ensure(!socket_ && !resolving_, "a connection is opened once at a time");
  sockaddr_storage numeric{};
  auto* numeric_4 = reinterpret_cast<sockaddr_in*>(&numeric);
  auto* numeric_6 = reinterpret_cast<sockaddr_in6*>(&numeric);
  if (uv_ip4_addr(host.c_str(), port, numeric_4) == 0 || uv_ip6_addr(host.c_str(), port, numeric_6) == 0)
    return connect(reinterpret_cast<sockaddr*>(&numeric));
  resolve(host, port);
}

void Connection::resolve(const std::string& host, std::uint16_t port) {
  resolving_ = new Resolving{.owner = this};
  resolving_->request.data = resolving_;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  auto on_resolved = [](uv_getaddrinfo_t* request, int status, addrinfo* found) {
    std::unique_ptr<Resolving> resolving(static_cast<Resolving*>(request->data));
    std::unique_ptr<addrinfo, void (*)(addrinfo*)> list(found, uv_freeaddrinfo);
    if (!resolving->owner) return;
    resolving->owner->resolving_ = nullptr;
    if (status != 0) return resolving->owner->on_broken(uv_strerror(status));
    resolving->owner->connect(found->ai_addr);
  };
  int status = uv_getaddrinfo(loop_.raw(), &resolving_->request, on_resolved, host.c_str(),
                              std::to_string(port).c_str(), &hints);
  ensure(status == 0, "libuv refuses to resolve a name");
}

void Connection::connect(const sockaddr* address) {
  socket_.reset(new uv_tcp_t{});
  uv_tcp_init(loop_.raw(), socket_.get());
  socket_->data = this;
  uv_tcp_nodelay(socket_.get(), 1);
  connecting_ = new Connecting{.owner = this};
  connecting_->request.data = connecting_;
  auto on_connected = [](uv_connect_t* request, int status) {
    std::unique_ptr<Connecting> connecting(static_cast<Connecting*>(request->data));
    if (!connecting->owner) return;
    connecting->owner->connecting_ = nullptr;
    if (status != 0) return connecting->owner->on_broken(uv_strerror(status));
    connecting->owner->start_reading();
  };
  if (int status = uv_tcp_connect(&connecting_->request, socket_.get(), address, on_connected); status != 0) {
    delete std::exchange(connecting_, nullptr);
    on_broken(uv_strerror(status));
  }
}

void Connection::start_reading() {
  open_ = true;
  auto give_buffer = [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
    std::span<char> shared = static_cast<Connection*>(handle->data)->loop_.read_buffer();
    *buffer = uv_buf_init(shared.data(), static_cast<unsigned>(shared.size()));
  };
  auto on_read = [](uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
    auto* self = static_cast<Connection*>(stream->data);
    if (count < 0) return self->on_broken(count == UV_EOF ? "the node closed the connection" : uv_strerror(int(count)));
    self->on_bytes({buffer->base, static_cast<std::size_t>(count)});
  };
  uv_read_start(reinterpret_cast<uv_stream_t*>(socket_.get()), give_buffer, on_read);
  listener_.on_open(*this);
}

void Connection::send(std::uint32_t msgid, std::string_view method, BytesView params) {
  wire::BytesSink sink(out_);
  wire::Packer packer(sink);
  packer.pack_array(4).pack(0U).pack(msgid);
  wire::pack_str(packer, method);
  out_.append(params);
  if (!std::exchange(dirty_, true)) loop_.flush_later(*this);
}

void Connection::flush() {
  dirty_ = false;
  if (!open_ || out_.empty()) return;
  auto* stream = reinterpret_cast<uv_stream_t*>(socket_.get());
  uv_buf_t buffer = uv_buf_init(out_.data(), static_cast<unsigned>(out_.size()));
  int written = uv_try_write(stream, &buffer, 1);
  if (written < 0 && written != UV_EAGAIN) return on_broken(uv_strerror(written));
  std::size_t sent = written < 0 ? 0 : static_cast<std::size_t>(written);
  if (sent < out_.size()) {
    auto* rest = new PendingWrite{.bytes = out_.substr(sent)};
    rest->request.data = rest;
    uv_buf_t rest_buffer = uv_buf_init(rest->bytes.data(), static_cast<unsigned>(rest->bytes.size()));
    // A failed write shows as a failed read too; that is where it is told.
    uv_write(&rest->request, stream, &rest_buffer, 1,
             [](uv_write_t* request, int) { delete static_cast<PendingWrite*>(request->data); });
  }
  out_.clear();
}

void Connection::on_bytes(BytesView bytes) {
  if (partial_.empty()) {
    std::size_t used = consume(bytes);
    if (socket_) partial_.assign(bytes.substr(used));
    return;
  }
  partial_.append(bytes);
  std::size_t used = consume(partial_);
  if (socket_) partial_.erase(0, used);
}

std::size_t Connection::consume(BytesView bytes) {
  std::size_t used = 0;
  while (used < bytes.size()) {
    Result<std::optional<std::size_t>> end = scan_.advance(bytes.substr(used));
    if (!end) {
      on_broken("the other side does not speak the client protocol: " + end.error().message);
      return used;
    }
    if (!*end) return used;
    scan_.restart();
    if (!deliver(bytes.substr(used, **end))) return used;
    used += **end;
  }
  return used;
}

bool Connection::deliver(BytesView message) {
  wire::Reader reader(message);
  std::size_t items = reader.array();
  std::uint64_t kind = reader.natural();
  if (reader.ok() && kind == 2 && items == 3) return true;  // a notification, which we never asked for
  auto msgid = static_cast<std::uint32_t>(reader.natural(UINT32_MAX));
  wire::Reader error(reader.skip());
  wire::Reader result(reader.skip());
  if (kind != 1 || items != 4 || !reader.finished()) {
    on_broken("the other side answers with something that is no MessagePack-RPC answer");
    return false;
  }
  bool failed = !error.nil();
  listener_.on_answer(*this, {msgid, failed, failed ? error : result});
  return socket_ != nullptr;
}

void Connection::on_broken(const std::string& why) {
  close();
  listener_.on_broken(*this, why);
}

void Connection::close() {
  if (resolving_) std::exchange(resolving_, nullptr)->owner = nullptr;
  if (connecting_) std::exchange(connecting_, nullptr)->owner = nullptr;
  if (std::exchange(dirty_, false)) loop_.forget(*this);
  socket_.reset();
  open_ = false;
  out_.clear();
  partial_.clear();
  scan_.restart();
}

}  // namespace starling::client
