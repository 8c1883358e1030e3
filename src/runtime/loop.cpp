#include "runtime/loop.hpp"

#include "base/ensure.hpp"

namespace starling::runtime {

Loop::Loop() : started_ns_(uv_hrtime()) {
  ensure(uv_loop_init(&loop_) == 0, "libuv could not make a loop");
  loop_.data = this;
  before_poll_ = std::make_unique<Handle<uv_prepare_t>>([this](uv_prepare_t* h) { return uv_prepare_init(&loop_, h); });
  uv_prepare_start(before_poll_->get(), [](uv_prepare_t* handle) {
    auto* self = static_cast<Loop*>(handle->loop->data);
    if (self->turn_end_) self->turn_end_();
    ++self->turn_;
  });
  uv_unref(before_poll_->as_handle());  // no reason to keep the loop alive
}

Loop::~Loop() {
  before_poll_.reset();
  // Handles that their owners dropped are still closing: let their last callbacks run.
  turn_end_ = nullptr;
  uv_run(&loop_, UV_RUN_DEFAULT);
  ensure(uv_loop_close(&loop_) == 0, "a libuv handle outlives its loop");
}

void Loop::run() { uv_run(&loop_, UV_RUN_DEFAULT); }

void Loop::stop() { uv_stop(&loop_); }

Instant Loop::now() const { return Instant{Duration(static_cast<std::int64_t>(uv_hrtime() - started_ns_))}; }

}  // namespace starling::runtime
