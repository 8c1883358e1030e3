#include "sim/trial.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/ensure.hpp"
#include "sim/clients.hpp"
#include "sim/dump.hpp"
#include "sim/faults.hpp"
#include "sim/ledger.hpp"
#include "sim/story.hpp"

namespace starling::sim {

namespace {

class Trial {
 public:
  explicit Trial(const TrialConfig& config)
      : config_(config),
        world_({.seed = config.seed, .hosts = config.hosts, .engine = config.engine, .node = small_node()}),
        spare_(world_.add_host().index()),
        forgetful_(world_.random().below(config.hosts)),
        leaves_one_dead_(config.hosts >= can_miss_one && world_.random().chance(1, 4)),
        workload_(Workload::draw(world_.random())),
        clients_(world_, workload_, history_) {}

  TrialResult run() {
    begin();
    break_things();
    if (recover()) make_progress();
    conclude();
    return std::move(result_);
  }

  std::map<std::size_t, Fault> faults() {
    begin();
    return draw();
  }

 private:
  static node::Config small_node() {
    node::Config node;
    node.partitions = 16;
    return node;
  }

  void begin() {
    for (HostIndex host = 0; host < world_.hosts(); ++host)
      world_.host(host).disk().on_committed = [this](const auto& command, const auto& answer) {
        ledger_.on_committed(command, answer);
      };
    world_.retire(spare_);
    world_.start_all();
    ensure(world_.found(), "a cluster is not founded in fair weather");
  }

  std::map<std::size_t, Fault> draw() {
    Random random = world_.random().fork();
    std::vector<Fault> drawn = draw_faults(random, {.hosts = config_.hosts, .spare = spare_, .forgetful = forgetful_},
                                           world_.now(), config_.faults_for);
    std::map<std::size_t, Fault> chosen;
    for (std::size_t number = 0; number < drawn.size(); ++number)
      if ((!config_.only || config_.only->contains(number)) && drawn[number].begins < world_.now() + lasting())
        chosen.emplace(number, std::move(drawn[number]));
    return chosen;
  }

  Duration lasting() const { return config_.stop_after.value_or(config_.faults_for); }

  void break_things() {
    result_.faults = draw();
    for (const auto& [number, fault] : result_.faults) schedule(fault);
    clients_.start(world_.now() + lasting());
    world_.run_for(lasting());
    recovering_ = true;
  }

  void schedule(const Fault& fault) {
    const auto at = [this](Instant instant, const std::function<void(World&)>& act) {
      world_.agenda().at(instant, [this, act] {
        if (!recovering_) act(world_);
      });
    };
    at(fault.begins, fault.begin);
    at(fault.ends, fault.end);
    ++result_.faults_by_kind[fault.kind];
  }

  /// Everything is put right, but for a node that is gone for good: its directory was wiped, or it was not to be saved.
  bool recover() {
    healed_at_ = world_.now();
    world_.retire(spare_);
    const bool wiped = std::ranges::any_of(world_.losses(), &Loss::silent);
    if (wiped || leaves_one_dead_) {
      world_.retire(forgetful_);
      world_.note({.host = forgetful_, .until = healed_at_, .shows = healed_at_, .silent = true});
    }
    end_faults(world_);
    const bool recovered = world_.run_until([&] { return well() && world_.all_see_all(); }, config_.recovery);
    result_.recovered_in = world_.now() - healed_at_;
    if (!recovered)
      demand(false, world_.all_ready() ? "not all nodes see all others alive" : "not ready:" + names_of_unready());
    return recovered && demand(world_.run_until([&] { return clients_.idle() && !anybody_owes(); }, 20s),
                               "a client was never answered");
  }

  /// Whoever stops is started again, as a service manager would: one that was asked to stop while it
  /// was frozen stops only when it is thawed, and one whose copy is gone may hear of that copy only now.
  bool well() {
    world_.start_all();
    return world_.all_ready();
  }

  bool anybody_owes() {
    for (HostIndex host = 0; host < world_.hosts(); ++host)
      if (world_.host(host).owes() > 0) return true;
    return false;
  }

  std::string names_of_unready() {
    std::string names;
    for (HostIndex i = 0; i < world_.hosts(); ++i) {
      const Host& host = world_.host(i);
      if (host.ready() || !world_.in_service(i)) continue;
      names += fmt::format(" n{}", i);
      if (host.halted()) names += fmt::format(" ({})", host.halted()->why);
    }
    return names;
  }

  /// Reads and writes must go well on every key now, as strong as the replicas that are left allow.
  /// Where none is missing, the write at all brings them to the same state: what they do of their own
  /// accord is not asked for here.
  void make_progress() {
    const std::size_t newcomer = workload_.clients;
    for (std::size_t key = 0; key < workload_.keys; ++key) {
      const auto strength = strongest(key);
      insist([&](HostIndex host) { return clients_.get(newcomer, host, key, strength); });
      insist([&](HostIndex host) { return clients_.put(newcomer, host, key, strength, false); });
      insist([&](HostIndex host) { return clients_.get(newcomer, host, key, strength); });
    }
    demand(world_.run_until([&] { return well() && !anybody_owes(); }, config_.recovery),
           "not ready:" + names_of_unready());
    Dump all = dump(world_, workload_.keys);
    holdings_ = std::move(all.holdings);
    for (Violation& violation : all.violations) result_.violations.push_back(std::move(violation));
  }

  Op::Strength strongest(std::size_t key) {
    const auto is_there = [&](NodeId node) {
      for (HostIndex host = 0; host < world_.hosts(); ++host)
        if (world_.in_service(host) && world_.host(host).id() == node) return true;
      return false;
    };
    return std::ranges::all_of(replicas_of(world_, key), is_there) ? Op::Strength::all : Op::Strength::majority;
  }

  /// Connections may still be on their way back, so a client that is refused tries again.
  void insist(const std::function<OpId(HostIndex)>& operation) {
    const Instant end = world_.now() + config_.recovery;
    for (HostIndex host = 0;; host = (host + 1) % world_.hosts()) {
      if (!world_.in_service(host)) continue;
      well();
      const OpId id = operation(host);
      const bool answered = world_.run_until([&] { return clients_.idle(); }, 10s);
      const Op& op = history_.ops[id];
      if (answered && op.outcome == Outcome::done) break;
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
    const auto found = check(history_, {.replicas = std::min<std::size_t>(3, config_.hosts),
                                        .losses = world_.losses(),
                                        .holdings = std::move(holdings_)});
    // The causes before the consequences.
    result_.violations.insert(result_.violations.begin(), found.begin(), found.end());
    result_.violations.insert(result_.violations.begin(), ledger_.violations().begin(), ledger_.violations().end());
    if (!result_.violations.empty()) tell_story();
    result_.seed = config_.seed;
    result_.trace = world_.trace().hash();
    result_.events = world_.agenda().done();
    result_.simulated = world_.now().since_start;
    result_.actors = ledger_.actors();
    for (const Op& op : history_.ops) {
      result_.done += op.outcome == Outcome::done ? 1 : 0;
      result_.refused += op.outcome == Outcome::refused ? 1 : 0;
      result_.in_doubt += op.outcome == Outcome::in_doubt ? 1 : 0;
    }
  }

  void tell_story() {
    std::vector<Fault> faults;
    for (const auto& [number, fault] : result_.faults) faults.push_back(fault);
    result_.story = story_of(history_, result_.violations.front().key, faults);
  }

  TrialConfig config_;
  World world_;
  HostIndex spare_;
  HostIndex forgetful_;
  bool leaves_one_dead_;
  Workload workload_;
  History history_;
  Ledger ledger_{world_.losses()};
  Clients clients_;
  std::vector<Holding> holdings_;
  TrialResult result_;
  bool recovering_{};
  Instant healed_at_;
};

}  // namespace

TrialResult run_trial(const TrialConfig& config) { return Trial(config).run(); }

std::map<std::size_t, Fault> faults_of(const TrialConfig& config) { return Trial(config).faults(); }

}  // namespace starling::sim
