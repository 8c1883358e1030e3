#pragma once

#include <memory>
#include <vector>

#include "base/slot_table.hpp"
#include "runtime/client_connection.hpp"
#include "runtime/event_sink.hpp"
#include "runtime/listener.hpp"
#include "runtime/log.hpp"

namespace starling::runtime {

struct ClientLimits {
  std::size_t connections_max = 10'000;
  /// Requests of all clients that the node has not answered yet.
  std::size_t in_flight_max = 100'000;
  /// Answers that all clients together have not read. Beyond, who has the most is cut off.
  std::size_t unread_bytes_max = 512 * 1024 * 1024;
};

/// The client port. Takes connections, names each request with a token of its own, and brings the
/// answer back to the connection that asked, if that is still there.
class Clients final : public ClientConnectionOwner {
 public:
  Clients(Loop& loop, WriteQueue& queue, EventSink& sink, Log& log, std::uint64_t random, ClientLimits limits = {});
  ~Clients() override;

  Result<> listen(const Address& at);
  void answer(port::ClientToken token, port::ClientReply reply);
  /// Cuts off whoever is overdue. To be called a few times per second.
  void tick();
  void stop_listening() { listener_.reset(); }

  std::size_t connections() const { return connections_.size(); }
  std::size_t in_flight() const { return asked_.size(); }
  std::uint64_t cut_off() const { return cut_off_count_; }

 private:
  struct Asked {
    std::uint64_t connection{};
    std::uint64_t id{};  ///< the session's
  };

  void on_asked(ClientConnection& connection, std::uint64_t id, port::ClientRequest request) override;
  void on_gone(ClientConnection& connection, std::string_view why) override;
  void take_in(uv_stream_t* listener);
  void cut_off(ClientConnection& connection, std::string_view why);
  void bury();

  Loop& loop_;
  WriteQueue& queue_;
  EventSink& sink_;
  Log& log_;
  ClientLimits limits_;
  std::unique_ptr<Listener> listener_;
  SlotTable<std::unique_ptr<ClientConnection>> connections_;
  SlotTable<Asked> asked_;
  std::vector<std::uint64_t> gone_;  ///< to be destroyed when none of their calls is under way
  std::uint64_t cut_off_count_ = 0;
};

}  // namespace starling::runtime
