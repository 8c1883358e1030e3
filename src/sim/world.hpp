#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <vector>

#include "sim/host.hpp"
#include "sim/loss.hpp"

namespace starling::sim {

struct WorldConfig {
  std::uint64_t seed = 1;
  std::size_t hosts = 3;
  std::size_t spare = 0;  ///< of these hosts, the last ones: switched off until they are put to use
  EngineKind engine = EngineKind::memory;
  node::Config node;  ///< names and addresses are filled in
};

/// A whole cluster in one thread, driven by one number: hosts, the network between them, and time.
/// The same seed gives the same events in the same order with every compiler.
class World {
 public:
  explicit World(WorldConfig config);

  Agenda& agenda() { return agenda_; }
  Network& network() { return network_; }
  Random& random() { return random_; }
  Host& host(std::size_t i) { return *hosts_[i]; }
  std::size_t hosts() const { return hosts_.size(); }
  Instant now() const { return agenda_.now(); }
  const Trace& trace() const { return trace_; }
  const WorldConfig& config() const { return config_; }

  static Address address_of(std::size_t host);
  /// One more machine, not started. With seeds it asks there by itself to join.
  Host& add_host(std::vector<Address> seeds = {});

  /// Everybody who is in service.
  void start_all();
  /// Switched off, and left so by all that starts or heals hosts, until it is put to use again.
  void retire(HostIndex host);
  void put_to_use(HostIndex host);
  bool in_service(HostIndex host) const { return !retired_.contains(host); }
  void run_for(Duration duration) { agenda_.run_to(now() + duration); }
  /// Until the condition holds (then true), at most for so long. Looked at every 10 ms.
  bool run_until(const std::function<bool()>& condition, Duration at_most);
  /// Asks and waits; nothing if there was no answer within 30 s.
  std::optional<port::ClientReply> ask(std::size_t host, port::ClientRequest request);
  /// Host 0 founds a cluster of all hosts. True when all of them are ready.
  bool found();

  void cut(HostIndex a, HostIndex b);
  /// No partition, nobody frozen, everybody who is in service is up.
  void heal();
  /// How often that was done: what was to go wrong later no longer must.
  std::size_t heals() const { return heals_; }
  bool all_ready() const;
  /// Every host that is up knows those that are up as alive, and the others as dead or gone.
  bool all_see_all();

  /// What machines lost that they had acknowledged; whoever does that to one notes it here.
  void note(Loss loss) { losses_.push_back(loss); }
  const std::vector<Loss>& losses() const { return losses_; }

 private:
  WorldConfig config_;
  Random random_;
  Agenda agenda_;
  Trace trace_;
  Network network_;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::set<HostIndex> retired_;
  std::size_t heals_{};
  std::vector<Loss> losses_;
};

}  // namespace starling::sim
