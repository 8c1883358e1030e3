#pragma once

#include "base/address.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "runtime/event_sink.hpp"
#include "runtime/handle.hpp"
#include "runtime/loop.hpp"

namespace starling::runtime {

/// Gossip's datagrams, on the same address as the peer port. One that cannot be sent at once is
/// dropped: that is what a datagram is.
class Datagrams {
 public:
  Datagrams(Loop& loop, EventSink& sink);

  Result<> listen(const Address& at);
  void send(const Address& to, BytesView bytes);
  std::uint64_t dropped() const { return dropped_; }

 private:
  void arrived(const Address& from, BytesView bytes);

  EventSink& sink_;
  Handle<uv_udp_t> udp_;
  std::uint64_t dropped_ = 0;
};

}  // namespace starling::runtime
