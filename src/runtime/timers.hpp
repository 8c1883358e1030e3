#pragma once

#include <optional>
#include <vector>

#include "port/event.hpp"
#include "runtime/event_sink.hpp"
#include "runtime/loop.hpp"

namespace starling::runtime {

/// What is due when: a binary heap. Equal instants come in the order in which they were armed.
class TimerHeap {
 public:
  void arm(port::Ticket ticket, Instant at);
  /// The earliest of those due at `now`, removed.
  std::optional<port::Ticket> pop_due(Instant now);
  std::optional<Instant> next() const;
  std::size_t size() const { return heap_.size(); }

 private:
  struct Entry {
    Instant at;
    std::uint64_t order;
    port::Ticket ticket;
  };
  static bool later(const Entry& a, const Entry& b);

  std::vector<Entry> heap_;
  std::uint64_t armed_ = 0;
};

/// All of the node's timers on a single one of libuv's, which is touched only when the earliest
/// instant becomes earlier. A request arms two and cancels none, so arming must be cheap.
class Timers {
 public:
  Timers(Loop& loop, EventSink& sink);

  void arm(port::Ticket ticket, Instant at);

 private:
  void elapsed();
  void rearm();

  Loop& loop_;
  EventSink& sink_;
  TimerHeap heap_;
  std::optional<Instant> armed_for_;
  Handle<uv_timer_t> timer_;
};

}  // namespace starling::runtime
