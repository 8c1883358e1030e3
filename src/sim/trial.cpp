#include "sim/trial.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/ensure.hpp"
#include "sim/clients.hpp"
#include "sim/faults.hpp"
#include "sim/ledger.hpp"
#include "sim/moves.hpp"
#include "sim/recovery.hpp"
#include "sim/rings.hpp"
#include "sim/story.hpp"

namespace starling::sim {

namespace {

constexpr Duration supervision_period = 1s;
constexpr std::size_t replicas = 3;
constexpr std::size_t leavers_max = 2;

Setting setting_of(const TrialConfig& config) { return {config.seed, config.hosts, config.ring_changes}; }

class Trial {
 public:
  explicit Trial(const TrialConfig& config)
      : config_(config),
        setting_(setting_of(config)),
        world_({.seed = config.seed, .hosts = setting_.hosts, .engine = config.engine, .node = setting_.node}),
        spare_(world_.add_host().index()),
        forgetful_(world_.random().below(setting_.hosts)),
        reserves_(add_reserves()),
        leaves_one_dead_(setting_.hosts >= can_miss_one && world_.random().chance(1, 4)),
        workload_(setting_.draw_workload(world_.random())),
        clients_(world_, workload_, history_) {}

  TrialResult run() {
    begin();
    break_things();
    recover();
    conclude();
    return std::move(result_);
  }

  std::map<std::size_t, Fault> faults() {
    begin();
    return draw();
  }

 private:
  /// One that asks to join as soon as it is put to use, and one that waits to be invited.
  std::vector<HostIndex> add_reserves() {
    if (!setting_.ring_changes) return {};
    std::vector<Address> seeds;
    for (HostIndex host = 0; host < setting_.hosts; ++host) seeds.push_back(world_.host(host).peer());
    const HostIndex eager = world_.add_host(std::move(seeds)).index();
    return {eager, world_.add_host().index()};
  }

  /// The machine that may be lost is one of them, so that all replicas find a place without them.
  std::vector<HostIndex> leavers() const {
    std::vector<HostIndex> leavers;
    for (std::size_t more = 0; replicas + more < setting_.hosts && more < leavers_max; ++more)
      leavers.push_back((forgetful_ + more) % setting_.hosts);
    return leavers;
  }

  void begin() {
    for (HostIndex host = 0; host < world_.hosts(); ++host) {
      Disk& disk = world_.host(host).disk();
      disk.on_committed = [this, host](const auto& command, const auto& answer) {
        ledger_.on_committed(command, answer);
        moves_.on_committed(host, command, answer, world_.now());
      };
      disk.on_opened = [this](Disk& opened) { ledger_.on_opened(opened); };
      world_.host(host).on_started = [this, host](const auto& boot) { moves_.on_started(host, boot, world_.now()); };
      world_.host(host).on_ring_adopted = [this, host] { moves_.on_adopted(host, world_.now()); };
    }
    world_.retire(spare_);
    for (const HostIndex reserve : reserves_) world_.retire(reserve);
    world_.start_all();
    ensure(world_.found(), "a cluster is not founded in fair weather");
  }

  std::map<std::size_t, Fault> draw() {
    Random random = world_.random().fork();
    const Terrain terrain{
        .hosts = setting_.hosts, .spare = spare_, .forgetful = forgetful_, .reserves = reserves_, .leavers = leavers()};
    std::vector<Fault> drawn = draw_faults(random, terrain, world_.now(), length_of(config_));
    std::map<std::size_t, Fault> chosen;
    for (std::size_t number = 0; number < drawn.size(); ++number)
      if ((!config_.only || config_.only->contains(number)) && drawn[number].begins < world_.now() + lasting())
        chosen.emplace(number, std::move(drawn[number]));
    return chosen;
  }

  Duration lasting() const { return config_.stop_after.value_or(length_of(config_)); }

  void break_things() {
    result_.faults = draw();
    for (const auto& [number, fault] : result_.faults) schedule(fault);
    clients_.start(world_.now() + lasting());
    if (setting_.supervised) supervise();
    world_.run_for(lasting());
    recovering_ = true;
  }

  void supervise() {
    world_.agenda().after(supervision_period, [this] {
      if (recovering_) return;
      for (HostIndex host = 0; host < world_.hosts(); ++host)
        if (const auto& halted = world_.host(host).halted(); host != spare_ && halted && halted->failed)
          world_.host(host).start();
      supervise();
    });
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
  void recover() {
    const Instant healed_at = world_.now();
    world_.retire(spare_);
    const bool wiped = std::ranges::any_of(world_.losses(), &Loss::silent);
    if (wiped || leaves_one_dead_) {
      world_.retire(forgetful_);
      world_.note({.host = forgetful_, .until = healed_at, .shows = healed_at, .silent = true});
    }
    for (const HostIndex reserve : reserves_)
      if (reserve != forgetful_ && world_.host(reserve).has_run()) world_.put_to_use(reserve);
    end_faults(world_);
    Recovery recovery(world_, clients_, history_,
                      {.keys = workload_.keys,
                       .client = workload_.clients,
                       .within = config_.recovery,
                       .convergence = config_.convergence,
                       .ring_changes = setting_.ring_changes});
    end_ = recovery.run();
    if (const auto ring = ring_of(world_)) result_.epoch = ring->epoch();
    result_.recovered_in = world_.now() - healed_at;
    result_.violations = recovery.violations();
    result_.violations.insert(result_.violations.end(), end_.violations.begin(), end_.violations.end());
  }

  void conclude() {
    const auto found =
        check(history_, {.replicas = setting_.ring_changes ? replicas : std::min(replicas, setting_.hosts),
                         .losses = world_.losses(),
                         .moves = moves_.moves(workload_.keys, world_.losses()),
                         .holdings = std::move(end_.holdings),
                         .owings = std::move(end_.owings)});
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
      result_.stood_in += op.stood_in ? 1 : 0;
    }
  }

  void tell_story() {
    std::vector<Fault> faults;
    for (const auto& [number, fault] : result_.faults) faults.push_back(fault);
    result_.story = story_of(history_, result_.violations.front().key, faults);
  }

  TrialConfig config_;
  Setting setting_;
  World world_;
  HostIndex spare_;
  HostIndex forgetful_;
  std::vector<HostIndex> reserves_;  ///< machines that may join
  bool leaves_one_dead_;
  Workload workload_;
  History history_;
  Ledger ledger_{world_.losses()};
  MoveWatch moves_;
  Clients clients_;
  Dump end_;
  TrialResult result_;
  bool recovering_{};
};

}  // namespace

Duration length_of(const TrialConfig& config) { return config.faults_for * setting_of(config).slowness; }

TrialResult run_trial(const TrialConfig& config) { return Trial(config).run(); }

std::map<std::size_t, Fault> faults_of(const TrialConfig& config) { return Trial(config).faults(); }

}  // namespace starling::sim
