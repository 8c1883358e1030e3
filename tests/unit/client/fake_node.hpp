#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/bytes.hpp"
#include "wire/msgpack_packer.hpp"
#include "wire/msgpack_reader.hpp"

namespace starling::client {

/// A node as far as a client can tell: a real socket, canned answers. It greets as `id`, tells the
/// ring that it was given, and answers everything else as its script says.
class FakeNode {
 public:
  struct Reply {
    Bytes error_and_result;  ///< two packed values
    bool hang_up{};
  };
  /// Nothing: no answer at all.
  using Script = std::function<std::optional<Reply>(std::string_view method, wire::Reader params)>;

  FakeNode(std::string id, Script script);
  ~FakeNode();

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  void set_ring(Bytes packed_ring) { ring_ = std::move(packed_ring); }
  /// Accepts connections and answers nothing, not even greetings.
  void fall_silent() { silent_ = true; }
  int requests() const { return requests_; }

  static Reply result(const std::function<void(wire::Packer&)>& pack);
  static Reply error(const std::string& name, const std::string& message);
  static Reply hang_up() { return {.error_and_result = {}, .hang_up = true}; }

 private:
  void accept_all();
  void serve(int socket);
  bool answer(int socket, BytesView request);

  std::string id_;
  Script script_;
  Bytes ring_;
  std::atomic<bool> silent_{};
  std::atomic<int> requests_{};
  int listener_{-1};
  std::uint16_t port_{};
  std::mutex mutex_;
  std::vector<int> sockets_;  ///< under the mutex
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

/// The cluster.ring of a cluster whose every partition has these nodes, in this order.
Bytes ring_of(const std::vector<std::pair<std::string, std::string>>& ids_and_addresses);

}  // namespace starling::client
