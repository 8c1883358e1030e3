#include "sim/trial.hpp"

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "sim/clients.hpp"
#include "sim/faults.hpp"
#include "sim/ledger.hpp"

namespace starling::sim {

namespace {

class Trial {
 public:
  explicit Trial(const TrialConfig& config)
      : config_(config),
        world_({.seed = config.seed, .hosts = config.hosts, .engine = config.engine, .node = small_node()}),
        workload_(Workload::draw(world_.random())),
        clients_(world_, workload_, history_) {}

  TrialResult run() {
    for (std::size_t host = 0; host < world_.hosts(); ++host)
      world_.host(host).disk().on_committed = [this](const auto& command, const auto& answer) {
        ledger_.on_committed(command, answer);
      };
    world_.start_all();
    ensure(world_.found(), "a cluster is not founded in fair weather");
    break_things();
    if (recover()) read_everything();
    conclude();
    return std::move(result_);
  }

 private:
  static node::Config small_node() {
    node::Config node;
    node.partitions = 16;
    return node;
  }

  void break_things() {
    Random random = world_.random().fork();
    std::vector<Fault> drawn = draw_faults(world_, random, config_.faults_for, workload_.strong_percent == 100);
    result_.faults_drawn = drawn.size();
    for (std::size_t number = 0; number < drawn.size(); ++number)
      if (!config_.only || config_.only->contains(number)) schedule(number, std::move(drawn[number]));
    clients_.start(world_.now() + config_.faults_for);
    world_.run_for(config_.faults_for);
    recovering_ = true;
    end_faults(world_);
  }

  void schedule(std::size_t number, Fault fault) {
    const auto at = [this](Instant instant, const std::function<void(World&)>& act) {
      world_.agenda().at(instant, [this, act] {
        if (!recovering_) act(world_);
      });
    };
    at(fault.begins, fault.begin);
    at(fault.ends, fault.end);
    ++result_.faults_by_kind[fault.kind];
    result_.faults.emplace(number, std::move(fault));
  }

  bool recover() {
    healed_at_ = world_.now();
    const auto well = [&] {
      world_.start_all();  // whoever was asked to stop while it was frozen stops only now
      return world_.all_ready() && world_.all_see_all();
    };
    const bool recovered = world_.run_until(well, config_.recovery);
    result_.recovered_in = world_.now() - healed_at_;
    if (!recovered)
      demand(false, world_.all_ready() ? "not all nodes see all others alive" : "not ready:" + names_of_unready());
    return recovered && demand(world_.run_until([&] { return clients_.idle(); }, 10s), "a client was never answered");
  }

  std::string names_of_unready() {
    std::string names;
    for (std::size_t i = 0; i < world_.hosts(); ++i) {
      const Host& host = world_.host(i);
      if (host.ready()) continue;
      names += fmt::format(" n{}", i);
      if (host.halted()) names += fmt::format(" ({})", host.halted()->why);
    }
    return names;
  }

  /// A write at a quorum and a read at all must go well on every key now. Connections may still
  /// be on their way back, so a client that is refused tries again.
  void read_everything() {
    for (std::size_t key = 0; key < workload_.keys; ++key) {
      insist([&](std::size_t host) { return clients_.get(0, host, key, Op::Strength::all); });
      insist([&](std::size_t host) { return clients_.put(0, host, key, Op::Strength::majority, false); });
      insist([&](std::size_t host) { return clients_.get(0, host, key, Op::Strength::all); });
    }
  }

  void insist(const std::function<OpId(std::size_t)>& operation) {
    const Instant end = world_.now() + config_.recovery;
    for (std::size_t attempt = 0;; ++attempt) {
      const OpId id = operation(attempt % world_.hosts());
      const bool answered = world_.run_until([&] { return clients_.idle(); }, 10s);
      const Op& op = history_.ops[id];
      if (answered && op.outcome == Op::Outcome::done) break;
      if (!demand(
              answered && world_.now() < end,
              fmt::format("long after everything was put right, #{} on key {} still fails: {}", id, op.key, op.words)))
        break;
      world_.run_for(100ms);
    }
    result_.recovered_in = std::max(result_.recovered_in, world_.now() - healed_at_);
  }

  bool demand(bool condition, std::string what) {
    if (!condition) result_.violations.push_back({"liveness", std::move(what), {}});
    return condition;
  }

  void conclude() {
    for (const auto& found : {ledger_.violations(), check(history_)})  // the causes before the consequences
      result_.violations.insert(result_.violations.begin(), found.begin(), found.end());
    if (!result_.violations.empty()) result_.story = story_of(history_, result_.violations.front().key);
    result_.seed = config_.seed;
    result_.trace = world_.trace().hash();
    result_.events = world_.agenda().done();
    result_.simulated = world_.now().since_start;
    result_.actors = ledger_.actors();
    for (const Op& op : history_.ops) {
      result_.done += op.outcome == Op::Outcome::done ? 1 : 0;
      result_.refused += op.outcome == Op::Outcome::refused ? 1 : 0;
      result_.in_doubt += op.outcome == Op::Outcome::in_doubt ? 1 : 0;
    }
  }

  TrialConfig config_;
  World world_;
  Workload workload_;
  History history_;
  Ledger ledger_;
  Clients clients_;
  TrialResult result_;
  bool recovering_{};
  Instant healed_at_;
};

}  // namespace

TrialResult run_trial(const TrialConfig& config) { return Trial(config).run(); }

}  // namespace starling::sim
