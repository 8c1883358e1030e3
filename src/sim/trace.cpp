#include "sim/trace.hpp"

#include <bit>

#include "base/hash.hpp"
#include "wire/codec.hpp"

namespace starling::sim {

namespace {

/// What of an event tells it from any other of its kind.
struct MixEvent {
  Trace& trace;
  Bytes& scratch;

  void operator()(const port::MessageArrived& event) const {
    trace.mix(event.from.value);
    scratch.clear();
    wire::encode(event.message, scratch);
    trace.mix(scratch);
  }
  void operator()(const port::DatagramArrived& event) const { trace.mix(event.bytes); }
  void operator()(const port::TimerElapsed& event) const { mix(event.ticket); }
  void operator()(const port::StorageAnswered& event) const {
    mix(event.ticket);
    if (!event.answer) return trace.mix(static_cast<std::uint64_t>(event.answer.error().code) + 1000);
    trace.mix(event.answer->index());
    if (const auto* put = std::get_if<storage::PutAnswer>(&*event.answer)) trace.mix(put->object);
  }
  void operator()(const port::ClientAsked& event) const {
    trace.mix(event.token.value);
    trace.mix(event.request.index());
  }
  void operator()(const port::PeerConnected& event) const { trace.mix(event.node.value); }
  void operator()(const port::PeerDisconnected& event) const { trace.mix(event.node.value); }
  void operator()(const port::SeedsResolved& event) const { trace.mix(event.seeds.size()); }
  void operator()(const port::StopAsked&) const {}

 private:
  void mix(port::Ticket ticket) const {
    trace.mix(static_cast<std::uint64_t>(ticket.room));
    trace.mix(ticket.number);
  }
};

}  // namespace

void Trace::mix(std::uint64_t word) {
  hash_ = (std::rotl(hash_, 23) ^ word) * 0x9fb21c651e98df25ULL;
  hash_ ^= hash_ >> 29;
}

void Trace::mix(BytesView bytes) { mix(hash64(bytes)); }

void Trace::mix(Instant now, std::uint64_t host, const port::Event& event) {
  mix(static_cast<std::uint64_t>(now.since_start.count()));
  mix(host);
  mix(event.index());
  std::visit(MixEvent{*this, scratch_}, event);
}

}  // namespace starling::sim
