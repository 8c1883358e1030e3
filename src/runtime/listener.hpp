#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "base/address.hpp"
#include "base/error.hpp"
#include "runtime/handle.hpp"
#include "runtime/loop.hpp"

namespace starling::runtime {

/// A TCP port that others connect to.
class Listener {
 public:
  /// Called for each connection that waits; takes it with Stream::accept().
  using OnReady = std::function<void(uv_stream_t* listener)>;

  /// `purpose` is for the error text: "clients", "peers".
  static Result<std::unique_ptr<Listener>> open(Loop& loop, const Address& at, std::string_view purpose,
                                                OnReady on_ready);

 private:
  Listener(Loop& loop, OnReady on_ready);

  OnReady on_ready_;
  Handle<uv_tcp_t> tcp_;
};

}  // namespace starling::runtime
