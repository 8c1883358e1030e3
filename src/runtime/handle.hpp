#pragma once

#include <uv.h>

#include <utility>

#include "base/ensure.hpp"

namespace starling::runtime {

/// Owns a libuv handle. libuv goes on using the memory of a handle until its close callback, which
/// comes in a later turn of the loop; so the memory belongs to the loop, and what an owner drops is
/// only its right to hear of it: `data` is null from then on, and callbacks must look.
template <class T>
class Handle {
 public:
  /// `init` is called with the zeroed handle and returns libuv's result.
  template <class Init>
  explicit Handle(Init init) : handle_(new T{}) {
    ensure(init(handle_) == 0, "libuv could not initialise a handle");
  }
  Handle(Handle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Handle& operator=(Handle&&) = delete;
  ~Handle() {
    if (handle_ == nullptr) return;
    handle_->data = nullptr;
    uv_close(as_handle(), [](uv_handle_t* closed) { delete reinterpret_cast<T*>(closed); });
  }

  T* get() const { return handle_; }
  T* operator->() const { return handle_; }
  uv_handle_t* as_handle() const { return reinterpret_cast<uv_handle_t*>(handle_); }
  uv_stream_t* as_stream() const { return reinterpret_cast<uv_stream_t*>(handle_); }

 private:
  T* handle_;
};

}  // namespace starling::runtime
