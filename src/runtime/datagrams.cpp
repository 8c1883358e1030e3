#include "runtime/datagrams.hpp"

#include <fmt/format.h>

#include "runtime/sockaddr.hpp"

namespace starling::runtime {

Datagrams::Datagrams(Loop& loop, EventSink& sink)
    : sink_(sink), udp_([&loop](uv_udp_t* udp) { return uv_udp_init(loop.get(), udp); }) {
  udp_->data = this;
}

Result<> Datagrams::listen(const Address& at) {
  int error = uv_udp_bind(udp_.get(), SockAddr(at).get(), 0);
  if (error == 0) {
    error = uv_udp_recv_start(
        udp_.get(),
        [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
          *buffer = static_cast<Loop*>(handle->loop->data)->read_buffer();
        },
        [](uv_udp_t* udp, ssize_t count, const uv_buf_t* buffer, const sockaddr* from, unsigned) {
          auto* self = static_cast<Datagrams*>(udp->data);
          if (self == nullptr || from == nullptr || count <= 0) return;
          self->arrived(to_address(from), BytesView(buffer->base, static_cast<std::size_t>(count)));
        });
  }
  if (error != 0)
    return fail(ErrorCode::invalid,
                fmt::format("cannot receive datagrams on {}: {}; is another node running there? Choose another "
                            "address for listen.peer",
                            to_string(at), describe(error)));
  return {};
}

void Datagrams::send(const Address& to, BytesView bytes) {
  const uv_buf_t buffer = uv_buf_init(const_cast<char*>(bytes.data()), static_cast<unsigned>(bytes.size()));
  if (uv_udp_try_send(udp_.get(), &buffer, 1, SockAddr(to).get()) < 0) ++dropped_;
}

void Datagrams::arrived(const Address& from, BytesView bytes) {
  sink_.handle(port::DatagramArrived{from, Bytes(bytes)});
}

}  // namespace starling::runtime
