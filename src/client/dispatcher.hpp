#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/random.hpp"
#include "client/call.hpp"
#include "client/cluster_view.hpp"
#include "client/endpoint.hpp"
#include "client/loop.hpp"
#include "starling/client.hpp"

namespace starling::client {

/// Carries calls to nodes, on one loop: chooses whom to ask, matches answers, tries again what is
/// worth it, and ends every call by its deadline. It keeps the view of the ring fresh with calls
/// of its own.
class Dispatcher final : private Endpoint::Listener {
 public:
  Dispatcher(Loop& loop, const api::ClientOptions& options, std::vector<HostPort> configured, Random random);

  void start(std::unique_ptr<Call> call);
  /// Ends every call; a write that was sent ends in doubt.
  void stop();
  /// Deadlines, reconnections, the ring's refresh. To be called at least every tick_period().
  void tick();
  std::chrono::milliseconds tick_period() const;

 private:
  void on_usable(Endpoint& endpoint) override;
  void on_answer(Endpoint& endpoint, const Connection::Answer& answer) override;
  void on_unusable(Endpoint& endpoint, const std::string& why) override;

  /// Sends it to somebody, or leaves it waiting.
  void attempt(std::uint32_t msgid, Call& call);
  /// The best of those who can be asked now; each attempt of a call takes the next best.
  Endpoint* choose(const Call& call);
  /// Finds who is who again, after a greeting or a new ring; makes the endpoints that are missing.
  void map_members();
  Endpoint* add_endpoint(HostPort address, bool configured);
  Endpoint* endpoint_of(const api::Member& member);
  bool nobody_can_be_reached() const;
  std::string who_failed_and_why() const;

  void tick_call(std::uint32_t msgid, Call& call, Instant now);
  void on_attempt_failed(std::uint32_t msgid, Call& call, api::Error error);
  void finish(std::uint32_t msgid, api::Result<wire::Reader> result);
  void finish_failed(std::uint32_t msgid, Call& call, api::Error error);
  std::vector<std::uint32_t> calls_matching(auto matches) const;

  void refresh_ring();
  void on_ring(api::RingInfo ring);

  Loop& loop_;
  const api::ClientOptions& options_;
  Random random_;
  std::vector<std::unique_ptr<Endpoint>> endpoints_;
  ClusterView view_;
  std::vector<Endpoint*> endpoint_of_member_;                       ///< as view_ numbers them; null: no address known
  std::vector<Endpoint*> candidates_;                               ///< scratch of choose()
  std::unordered_map<std::uint32_t, std::unique_ptr<Call>> calls_;  ///< by msgid
  std::uint32_t last_msgid_{};
  std::size_t next_endpoint_{};  ///< who is first asked where it does not matter
  bool stopped_{};
  bool refreshing_{};
  Instant next_refresh_;
};

}  // namespace starling::client
