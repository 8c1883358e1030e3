#include "runtime/listener.hpp"

#include <fmt/format.h>

#include "runtime/sockaddr.hpp"

namespace starling::runtime {

namespace {
/// Long enough that a thousand clients may connect in one instant.
constexpr int backlog = 4096;
}  // namespace

Listener::Listener(Loop& loop, OnReady on_ready)
    : on_ready_(std::move(on_ready)), tcp_([&loop](uv_tcp_t* tcp) { return uv_tcp_init(loop.get(), tcp); }) {
  tcp_->data = this;
}

Result<std::unique_ptr<Listener>> Listener::open(Loop& loop, const Address& at, std::string_view purpose,
                                                 OnReady on_ready) {
  std::unique_ptr<Listener> listener(new Listener(loop, std::move(on_ready)));
  int error = uv_tcp_bind(listener->tcp_.get(), SockAddr(at).get(), 0);
  if (error == 0) {
    error = uv_listen(listener->tcp_.as_stream(), backlog, [](uv_stream_t* stream, int status) {
      auto* self = static_cast<Listener*>(stream->data);
      if (self != nullptr && status == 0) self->on_ready_(stream);
    });
  }
  if (error != 0)
    return fail(ErrorCode::invalid, fmt::format("cannot listen on {} for {}: {}; is another node running there? "
                                                "Choose another address in the [listen] section",
                                                to_string(at), purpose, describe(error)));
  return listener;
}

}  // namespace starling::runtime
