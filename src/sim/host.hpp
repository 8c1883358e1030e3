#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/node.hpp"
#include "sim/clock.hpp"
#include "sim/disk.hpp"
#include "sim/network.hpp"
#include "sim/trace.hpp"

namespace starling::sim {

/// A machine: a disk that lasts, and a process, the unchanged Node, that comes and goes.
/// What a driver does in production, in one thread and on simulated time.
class Host final : public Endpoint {
 public:
  using Answered = std::function<void(std::optional<port::ClientReply>)>;

  Host(Agenda& agenda, Network& network, Trace& trace, node::Config config, Random random);
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  void start();
  /// SIGKILL, or the power goes. Clients that wait learn that their connection broke.
  void kill();
  /// SIGTERM.
  void ask_to_stop();
  /// SIGSTOP and SIGCONT: all that arrives meanwhile arrives afterwards.
  void freeze() { frozen_ = true; }
  void thaw();
  /// Listens elsewhere from the next start on.
  void move_to(Address peer) { config_.peer = peer; }
  /// The names of the seeds in its configuration stand for these addresses from now on.
  void resolve_seeds(const std::vector<Address>& seeds);

  /// Answered with nothing if the process is not there, or dies before it answers.
  void ask(port::ClientRequest request, Answered answered);

  /// How many clients wait for an answer.
  std::size_t owes() const { return asked_.size(); }

  bool up() const override { return node_ != nullptr; }
  bool ready() const { return node_ && ready_; }
  bool frozen() const { return frozen_; }
  /// At any time until now: it may be known to others.
  bool has_run() const { return id() != NodeId{}; }
  /// Why the process stopped by itself, if the last one did.
  const std::optional<port::Halt>& halted() const { return halted_; }
  NodeId id() const { return hello_.node; }
  HostIndex index() const { return index_; }
  Address peer() const { return config_.peer; }
  Disk& disk() { return disk_; }
  Clock& clock() { return clock_; }
  /// How often a notice of this kind was given, over all lives.
  std::uint64_t noticed(port::NoticeKind kind) const;

  /// A process has started, with what the directory knew; and it goes by the ring that it has saved.
  std::function<void(const storage::BootRecord&)> on_started;
  std::function<void()> on_ring_adopted;

  wire::Hello hello() const override { return hello_; }
  void receive(port::Event event) override;

 private:
  void step(port::Event event);
  void carry_out(port::Outbox& out);
  void arm(port::Ticket ticket, Instant at);
  void end_process();

  Agenda& agenda_;
  Network& network_;
  Trace& trace_;
  node::Config config_;
  Random random_;
  HostIndex index_;
  Disk disk_;
  Clock clock_;
  std::unique_ptr<node::Node> node_;
  std::uint64_t life_{};
  wire::Hello hello_;
  bool ready_{};
  bool frozen_{};
  std::deque<port::Event> kept_;
  std::optional<port::Halt> halted_;
  std::map<port::ClientToken, Answered> asked_;
  std::uint64_t last_token_{};
  std::map<port::NoticeKind, std::uint64_t> notices_;

  friend struct CarryOut;
};

}  // namespace starling::sim
