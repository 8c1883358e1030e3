#include "client/loop.hpp"

#include "base/ensure.hpp"

namespace starling::client {

Loop::Loop() : prepare_(new uv_prepare_t{}), read_buffer_(std::make_unique_for_overwrite<char[]>(read_buffer_bytes)) {
  ensure(uv_loop_init(&loop_) == 0, "libuv has no loop to give");
  uv_prepare_init(&loop_, prepare_.get());
  prepare_->data = this;
  uv_prepare_start(prepare_.get(), [](uv_prepare_t* prepare) { static_cast<Loop*>(prepare->data)->flush(); });
}

Loop::~Loop() {
  prepare_.reset();
  uv_run(&loop_, UV_RUN_DEFAULT);  // the close callbacks
  ensure(uv_loop_close(&loop_) == 0, "a handle outlived its loop");
}

void Loop::flush() {
  // A flush may find its connection broken, and who hears of that may ask others to flush.
  while (!dirty_.empty()) {
    flushing_.swap(dirty_);
    while (!flushing_.empty()) {
      Flushable* next = flushing_.back();
      flushing_.pop_back();
      next->flush();
    }
  }
}

Ticker::Ticker(Loop& loop, std::function<void()> on_tick)
    : on_tick_(std::make_unique<std::function<void()>>(std::move(on_tick))), timer_(new uv_timer_t{}) {
  uv_timer_init(loop.raw(), timer_.get());
  timer_->data = on_tick_.get();
}

void Ticker::every(std::chrono::milliseconds period) {
  if (period == period_) return;
  period_ = period;
  auto count = static_cast<std::uint64_t>(period.count());
  uv_timer_start(
      timer_.get(), [](uv_timer_t* timer) { (*static_cast<std::function<void()>*>(timer->data))(); }, count, count);
}

Waker::Waker(Loop& loop, std::function<void()> on_wake)
    : on_wake_(std::make_unique<std::function<void()>>(std::move(on_wake))), async_(new uv_async_t{}) {
  uv_async_init(loop.raw(), async_.get(),
                [](uv_async_t* async) { (*static_cast<std::function<void()>*>(async->data))(); });
  async_->data = on_wake_.get();
}

}  // namespace starling::client
