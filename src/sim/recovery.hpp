#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/clients.hpp"
#include "sim/convergence.hpp"
#include "sim/dump.hpp"
#include "sim/world.hpp"

namespace starling::sim {

struct RecoveryConfig {
  std::size_t keys{};
  std::size_t client{};  ///< one that has no habits: it asks until it is answered
  Duration within{};     ///< each step must be done in that time
  Convergence convergence{};
  bool ring_changes{};  ///< were asked for: first of all they come to an end
};

/// The second phase of a run: nothing goes wrong any more, and the nodes that are in service must
/// find each other, answer everybody, come to the same state, and take reads and writes on every key
/// that are as strong as the replicas which are left allow. All within a stated time of their world.
class Recovery {
 public:
  Recovery(World& world, Clients& clients, const History& history, const RecoveryConfig& config);

  /// What every replica holds in the end; nothing if it did not come so far.
  Dump run();
  /// Of liveness.
  const std::vector<Violation>& violations() const { return violations_; }

 private:
  bool settle();
  bool find_each_other();
  bool read_everything();
  bool converge();
  bool write_everything();
  Op::Strength strongest(std::size_t key);
  bool insist(const std::function<OpId(HostIndex)>& operation);
  bool all_run();
  bool nobody_waits();
  bool demand(bool condition, std::string what);
  std::string names_of_unready();

  World& world_;
  Clients& clients_;
  const History& history_;
  RecoveryConfig config_;
  std::vector<Violation> violations_;
};

}  // namespace starling::sim
