#pragma once

#include <cstdint>
#include <string>

#include "base/time.hpp"
#include "client/connection.hpp"
#include "client/loop.hpp"

namespace starling::client {

/// "host:port" taken apart.
struct HostPort {
  std::string host;
  std::uint16_t port{};
  friend bool operator==(const HostPort&, const HostPort&) = default;
};
Result<HostPort> parse_host_port(std::string_view text);

/// One node as the client sees it: its connection, made again with growing pauses when it breaks,
/// and usable once the node has answered a hello (a stopped process accepts connections too).
class Endpoint final : private Connection::Listener {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_usable(Endpoint& endpoint) = 0;
    virtual void on_answer(Endpoint& endpoint, const Connection::Answer& answer) = 0;
    /// Requests under way there will not be answered. Told once for each attempt to connect.
    virtual void on_unusable(Endpoint& endpoint, const std::string& why) = 0;
  };

  Endpoint(Loop& loop, Listener& listener, HostPort address, bool configured, std::string client_name);

  const HostPort& address() const { return address_; }
  /// One of those that the caller named, not learnt from the ring.
  bool configured() const { return configured_; }
  bool usable() const { return usable_; }
  /// Whether it could not be reached when last tried; and why not.
  bool failed() const { return !usable_ && !why_.empty(); }
  const std::string& why() const { return why_; }
  /// The node's id as its hello told it; empty before.
  const std::string& node_id() const { return node_id_; }
  Instant last_heard() const { return last_heard_; }

  /// Connects if it is time to.
  void tick(Instant now);
  void send(std::uint32_t msgid, std::string_view method, BytesView params) { connection_.send(msgid, method, params); }
  /// Breaks a connection on which nothing comes back.
  void give_up(const std::string& why) { on_broken(connection_, why); }

 private:
  static constexpr std::uint32_t hello_msgid = 0;  ///< requests begin at 1

  void on_open(Connection& connection) override;
  void on_answer(Connection& connection, const Connection::Answer& answer) override;
  void on_broken(Connection& connection, const std::string& why) override;
  void on_hello_answer(const Connection::Answer& answer);

  Listener& listener_;
  HostPort address_;
  bool configured_;
  std::string client_name_;
  Connection connection_;
  bool trying_{};
  bool usable_{};
  std::string why_;
  std::string node_id_;
  std::uint32_t failures_{};
  Instant next_try_;
  Instant last_heard_;
};

}  // namespace starling::client
