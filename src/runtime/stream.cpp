#include "runtime/stream.hpp"

#include <netinet/tcp.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "runtime/sockaddr.hpp"

namespace starling::runtime {

namespace {

/// What an idle connection may keep of its output buffer.
constexpr std::size_t kept_capacity_max = 2 * 1024;
/// How long the other end may take none of the bytes that it was sent before the kernel gives it up.
constexpr unsigned user_timeout_ms = 30'000;
constexpr unsigned keepalive_s = 15;

Stream* stream_of(const uv_handle_t* handle) { return static_cast<Stream*>(handle->data); }

}  // namespace

void WriteQueue::remove(Stream* stream) {
  std::erase(dirty_, stream);
  std::replace(flushing_.begin(), flushing_.end(), stream, static_cast<Stream*>(nullptr));
}

void WriteQueue::flush() {
  flushing_.swap(dirty_);
  // By index: an owner who hears of a broken stream may destroy any of them (see remove()).
  for (std::size_t i = 0; i < flushing_.size(); ++i)
    if (Stream* stream = flushing_[i]) stream->flush();
  flushing_.clear();
}

/// A write that the kernel did not take at once; it owns its bytes, since it may outlive the stream.
struct Stream::Waiting {
  uv_write_t request{};
  Bytes bytes;
};

Stream::Stream(Loop& loop, WriteQueue& queue, StreamOwner& owner)
    : loop_(loop), queue_(queue), owner_(owner), tcp_([&loop](uv_tcp_t* tcp) { return uv_tcp_init(loop.get(), tcp); }) {
  tcp_->data = this;
}

Stream::~Stream() {
  if (dirty_) queue_.remove(this);
}

Result<> Stream::accept(uv_stream_t* listener) {
  if (const int error = uv_accept(listener, tcp_.as_stream()); error != 0)
    return fail(ErrorCode::connection_lost, describe(error));
  configure();
  return start_reading();
}

Result<> Stream::connect(const Address& to) {
  auto request = std::make_unique<uv_connect_t>();
  const int error = uv_tcp_connect(request.get(), tcp_.get(), SockAddr(to).get(), [](uv_connect_t* done, int status) {
    std::unique_ptr<uv_connect_t> owned(done);
    Stream* self = stream_of(reinterpret_cast<uv_handle_t*>(done->handle));
    if (self == nullptr) return;
    if (status != 0) return self->broke(describe(status));
    self->configure();
    if (auto reading = self->start_reading(); !reading) return self->broke(reading.error().message);
    self->owner_.on_connected();
  });
  if (error != 0) return fail(ErrorCode::connection_lost, describe(error));
  (void)request.release();  // the callback owns it
  return {};
}

void Stream::configure() {
  open_ = true;
  last_progress_ = loop_.now();
  uv_tcp_nodelay(tcp_.get(), 1);
  uv_tcp_keepalive(tcp_.get(), 1, keepalive_s);
  uv_os_fd_t fd = -1;
  if (uv_fileno(tcp_.as_handle(), &fd) == 0)
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &user_timeout_ms, sizeof user_timeout_ms);
  if (!output_.empty()) touch();
}

Result<> Stream::start_reading() {
  const int error = uv_read_start(
      tcp_.as_stream(),
      [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
        Stream* self = stream_of(handle);
        *buffer = self == nullptr ? uv_buf_init(nullptr, 0) : self->buffer_of_turn();
      },
      [](uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
        Stream* self = stream_of(reinterpret_cast<uv_handle_t*>(stream));
        const bool had_its_turn = count == UV_ENOBUFS;
        if (self == nullptr || count == 0 || had_its_turn) return;
        if (count < 0)
          return self->broke(count == UV_EOF ? "the other side closed the connection"
                                             : describe(static_cast<int>(count)));
        self->owner_.on_bytes(BytesView(buffer->base, static_cast<std::size_t>(count)));
      });
  if (error != 0) return fail(ErrorCode::connection_lost, describe(error));
  return {};
}

/// libuv would go on as long as a read fills its buffer, up to 32 times. Without a buffer it stops,
/// and comes back with the next turn.
uv_buf_t Stream::buffer_of_turn() {
  if (std::exchange(read_in_turn_, loop_.turn()) == loop_.turn()) return uv_buf_init(nullptr, 0);
  return loop_.read_buffer();
}

void Stream::pause() {
  if (paused_ || !open_) return;
  paused_ = true;
  uv_read_stop(tcp_.as_stream());
}

void Stream::resume() {
  if (!paused_ || !open_) return;
  paused_ = false;
  if (auto reading = start_reading(); !reading) broke(reading.error().message);
}

void Stream::touch() {
  if (dirty_) return;
  dirty_ = true;
  queue_.add(this);
}

void Stream::close_when_sent() {
  resume();
  closing_ = true;
  touch();
}

void Stream::flush() {
  dirty_ = false;
  if (!open_ || waiting_bytes() > 0) return;  // on_waited() comes back to it
  owner_.before_write(output_);
  if (!output_.empty()) {
    const uv_buf_t buffer = uv_buf_init(output_.data(), static_cast<unsigned>(output_.size()));
    const int result = uv_try_write(tcp_.as_stream(), &buffer, 1);
    if (result < 0 && result != UV_EAGAIN) return broke(describe(result));
    const auto taken = static_cast<std::size_t>(std::max(result, 0));
    if (taken < output_.size()) return wait_for_socket(taken);
    output_.clear();
    if (output_.capacity() > kept_capacity_max) output_ = Bytes();
    owner_.on_taken(taken);
  }
  if (closing_) say_goodbye();
}

void Stream::say_goodbye() {
  if (said_goodbye_) return;
  said_goodbye_ = true;
  auto request = std::make_unique<uv_shutdown_t>();
  const int error = uv_shutdown(request.get(), tcp_.as_stream(),
                                [](uv_shutdown_t* done, int) { std::unique_ptr<uv_shutdown_t> owned(done); });
  if (error != 0) return broke(describe(error));
  (void)request.release();  // the callback owns it
}

void Stream::wait_for_socket(std::size_t taken) {
  auto waiting = std::make_unique<Waiting>();
  output_.erase(0, taken);
  waiting->bytes.swap(output_);
  waiting->request.data = waiting.get();
  const uv_buf_t buffer = uv_buf_init(waiting->bytes.data(), static_cast<unsigned>(waiting->bytes.size()));
  const int error = uv_write(&waiting->request, tcp_.as_stream(), &buffer, 1, [](uv_write_t* request, int status) {
    std::unique_ptr<Waiting> owned(static_cast<Waiting*>(request->data));
    Stream* self = stream_of(reinterpret_cast<uv_handle_t*>(request->handle));
    if (self != nullptr) self->on_waited(status, owned->bytes.size());
  });
  if (error != 0) return broke(describe(error));
  (void)waiting.release();  // the callback owns it
  last_waiting_bytes_ = waiting_bytes();
  last_progress_ = loop_.now();
  if (taken > 0) owner_.on_taken(taken);
}

Duration Stream::stalled(Instant now) {
  const std::size_t waiting = waiting_bytes();
  if (waiting != last_waiting_bytes_ || waiting == 0) {
    last_waiting_bytes_ = waiting;
    last_progress_ = now;
  }
  return now - last_progress_;
}

void Stream::on_waited(int status, std::size_t bytes) {
  if (status != 0) return broke(describe(status));
  owner_.on_taken(bytes);
  touch();
}

void Stream::broke(std::string_view why) {
  if (broken_) return;
  broken_ = true;
  if (open_) uv_read_stop(tcp_.as_stream());
  open_ = false;
  owner_.on_broken(why);
}

Address Stream::remote() const {
  sockaddr_storage storage{};
  int size = sizeof storage;
  if (uv_tcp_getpeername(tcp_.get(), reinterpret_cast<sockaddr*>(&storage), &size) != 0) return {};
  return to_address(reinterpret_cast<const sockaddr*>(&storage));
}

}  // namespace starling::runtime
