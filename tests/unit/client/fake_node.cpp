#include "fake_node.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/ensure.hpp"
#include "support/free_port.hpp"
#include "wire/msgpack_scan.hpp"

namespace starling::client {

FakeNode::FakeNode(std::string id, Script script) : id_(std::move(id)), script_(std::move(script)), port_(free_port()) {
  listener_ = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port_);
  const bool bound = bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ensure(bound && listen(listener_, 64) == 0, "no port");
  ring_ = ring_of({});
  acceptor_ = std::thread([this] { accept_all(); });
}

FakeNode::~FakeNode() {
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    std::lock_guard lock(mutex_);
    for (int socket : sockets_) shutdown(socket, SHUT_RDWR);
  }
  for (std::thread& thread : threads_) thread.join();
  for (int socket : sockets_) close(socket);
  close(listener_);
}

void FakeNode::accept_all() {
  for (int socket; (socket = accept(listener_, nullptr, nullptr)) >= 0;) {
    std::lock_guard lock(mutex_);
    sockets_.push_back(socket);
    threads_.emplace_back([this, socket] { serve(socket); });
  }
}

void FakeNode::serve(int socket) {
  Bytes input;
  char buffer[65536];
  for (ssize_t count; (count = recv(socket, buffer, sizeof buffer, 0)) > 0;) {
    input.append(buffer, static_cast<std::size_t>(count));
    for (;;) {
      wire::MsgpackScan scan({.bytes_max = 1 << 24});
      auto end = scan.advance(input);
      if (!end || !*end) break;
      if (!answer(socket, BytesView(input).substr(0, **end))) {
        shutdown(socket, SHUT_RDWR);
        return;
      }
      input.erase(0, **end);
    }
  }
}

bool FakeNode::answer(int socket, BytesView request) {
  wire::Reader reader(request);
  reader.array();
  reader.natural();
  std::uint64_t msgid = reader.natural();
  BytesView method = reader.bytes();
  std::optional<Reply> reply;
  if (silent_) return true;
  if (method == "hello") {
    reply = result([&](wire::Packer& packer) {
      packer.pack_map(1);
      wire::pack_str(packer, "node");
      wire::pack_str(packer, id_);
    });
  } else if (method == "cluster.ring") {
    reply = Reply{"\xc0" + ring_};
  } else {
    ++requests_;
    reply = script_(method, wire::Reader(reader.skip()));
  }
  if (!reply) return true;
  if (reply->hang_up) return false;
  Bytes out;
  wire::BytesSink sink(out);
  wire::Packer(sink).pack_array(4).pack(1).pack(msgid);
  out.append(reply->error_and_result);
  return ::send(socket, out.data(), out.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(out.size());
}

FakeNode::Reply FakeNode::result(const std::function<void(wire::Packer&)>& pack) {
  Reply reply{"\xc0"};
  wire::BytesSink sink(reply.error_and_result);
  wire::Packer packer(sink);
  pack(packer);
  return reply;
}

FakeNode::Reply FakeNode::error(const std::string& name, const std::string& message) {
  Reply reply;
  wire::BytesSink sink(reply.error_and_result);
  wire::Packer packer(sink);
  packer.pack_map(2);
  wire::pack_str(packer, "name");
  wire::pack_str(packer, name);
  wire::pack_str(packer, "message");
  wire::pack_str(packer, message);
  packer.pack_nil();
  return reply;
}

Bytes ring_of(const std::vector<std::pair<std::string, std::string>>& ids_and_addresses) {
  Bytes ring;
  wire::BytesSink sink(ring);
  wire::Packer packer(sink);
  auto name = [&](std::string_view field) -> wire::Packer& {
    wire::pack_str(packer, field);
    return packer;
  };
  packer.pack_map(3);
  name("epoch").pack(ids_and_addresses.empty() ? 0 : 1);
  name("members").pack_array(static_cast<std::uint32_t>(ids_and_addresses.size()));
  for (const auto& [id, address] : ids_and_addresses) {
    packer.pack_map(3);
    wire::pack_str(name("id"), id);
    wire::pack_str(name("client"), address);
    name("in_ring").pack(true);
  }
  name("assignment").pack_array(1);
  packer.pack_array(static_cast<std::uint32_t>(ids_and_addresses.size()));
  for (std::uint32_t i = 0; i < ids_and_addresses.size(); ++i) packer.pack(i);
  return ring;
}

}  // namespace starling::client
