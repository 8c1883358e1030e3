#pragma once

#include <uv.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "client/loop.hpp"
#include "wire/msgpack_reader.hpp"
#include "wire/msgpack_scan.hpp"

namespace starling::client {

/// A MessagePack-RPC connection to one node, on its loop's thread: any number of requests under
/// way, answers in any order. What is sent during one turn of the loop is written with one call.
class Connection final : private Flushable {
 public:
  /// Views into bytes that live until on_answer returns.
  struct Answer {
    std::uint32_t msgid{};
    bool failed{};
    wire::Reader content;  ///< of the error if it failed, else of the result
  };
  /// Hears of everything. It must not destroy the connection in a reaction, but may close() it.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_open(Connection& connection) = 0;
    virtual void on_answer(Connection& connection, const Answer& answer) = 0;
    /// Broken, or never opened. Not told after close().
    virtual void on_broken(Connection& connection, const std::string& why) = 0;
  };

  Connection(Loop& loop, Listener& listener);
  ~Connection() override;

  /// Begins to connect; a name is resolved first. on_open or on_broken follows, the latter perhaps
  /// before this returns.
  void open(const std::string& host, std::uint16_t port);
  /// `params` is one packed array.
  void send(std::uint32_t msgid, std::string_view method, BytesView params);
  void close();
  bool is_open() const { return open_; }

 private:
  struct Resolving;
  struct Connecting;

  void resolve(const std::string& host, std::uint16_t port);
  void connect(const sockaddr* address);
  void flush() override;
  void start_reading();
  void on_bytes(BytesView bytes);
  /// How many of `bytes` were whole messages. Breaks the connection over what is no answer.
  std::size_t consume(BytesView bytes);
  bool deliver(BytesView message);
  void on_broken(const std::string& why);

  Loop& loop_;
  Listener& listener_;
  OwnedHandle<uv_tcp_t> socket_;
  Resolving* resolving_{};
  Connecting* connecting_{};
  wire::MsgpackScan scan_;
  Bytes partial_;  ///< the beginning of an answer that has not come whole
  Bytes out_;
  bool open_{};
  bool dirty_{};
};

}  // namespace starling::client
