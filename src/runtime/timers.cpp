#include "runtime/timers.hpp"

#include <algorithm>

namespace starling::runtime {

bool TimerHeap::later(const Entry& a, const Entry& b) { return a.at != b.at ? a.at > b.at : a.order > b.order; }

void TimerHeap::arm(port::Ticket ticket, Instant at) {
  heap_.push_back({at, armed_++, ticket});
  std::push_heap(heap_.begin(), heap_.end(), later);
}

std::optional<port::Ticket> TimerHeap::pop_due(Instant now) {
  if (heap_.empty() || heap_.front().at > now) return std::nullopt;
  std::pop_heap(heap_.begin(), heap_.end(), later);
  const port::Ticket ticket = heap_.back().ticket;
  heap_.pop_back();
  return ticket;
}

std::optional<Instant> TimerHeap::next() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front().at;
}

Timers::Timers(Loop& loop, EventSink& sink)
    : loop_(loop), sink_(sink), timer_([&loop](uv_timer_t* timer) { return uv_timer_init(loop.get(), timer); }) {
  timer_->data = this;
}

void Timers::arm(port::Ticket ticket, Instant at) {
  heap_.arm(ticket, at);
  if (!armed_for_ || at < *armed_for_) rearm();
}

void Timers::elapsed() {
  armed_for_.reset();
  // Only what was due when we began: a timer armed for "now" must not keep the sockets waiting.
  const Instant now = loop_.now();
  while (auto ticket = heap_.pop_due(now)) sink_.handle(port::TimerElapsed{*ticket});
  rearm();
}

void Timers::rearm() {
  const auto next = heap_.next();
  if (!next) return;
  armed_for_ = *next;
  const Duration wait = std::max(*next - loop_.now(), Duration::zero());
  const auto wait_ms = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
  uv_timer_start(
      timer_.get(),
      [](uv_timer_t* timer) {
        if (timer->data != nullptr) static_cast<Timers*>(timer->data)->elapsed();
      },
      static_cast<std::uint64_t>(wait_ms), 0);
}

}  // namespace starling::runtime
