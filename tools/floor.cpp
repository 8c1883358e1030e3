#include "floor.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "causal/codec.hpp"
#include "storage/boot.hpp"
#include "storage/shard.hpp"
#include "storage/sqlite/sqlite_engine.hpp"

namespace starling::tools {

namespace {

using Clock = std::chrono::steady_clock;
using storage::Command;

std::chrono::nanoseconds thread_cpu() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  const auto nanoseconds = [](const timeval& t) {
    return std::chrono::seconds(t.tv_sec) + std::chrono::microseconds(t.tv_usec);
  };
  return nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime);
}

/// Commands such as the replicas of a cluster get them.
class Workload {
 public:
  explicit Workload(const FloorPlan& plan) : plan_(plan), random_(1) {}

  ring::Key key(std::uint64_t number) const {
    Bytes name = fmt::format("{:0{}}", number, plan_.key_bytes);
    return ring::Key::make("", name).value();
  }
  ring::Key any_key() { return key(random_.below(plan_.keys)); }
  PartitionId partition_of(const ring::Key& key) const {
    const auto product = static_cast<unsigned __int128>(key.token.value) * plan_.partitions;
    return PartitionId{static_cast<std::uint16_t>(product >> 64)};
  }
  Bytes value() {
    Bytes bytes(plan_.value_bytes, 'v');
    bytes[0] = static_cast<char>(random_.next());
    return bytes;
  }

 private:
  const FloorPlan& plan_;
  Random random_;
};

/// The writes of another replica: its own states, its own dots, every write a merge for us.
class OtherReplica {
 public:
  OtherReplica(const FloorPlan& plan) : states_(plan.partitions), random_(2) {}

  /// `read` is what its client has read before: the write replaces it.
  Command write(Workload& workload, ring::Key key, const causal::VersionVector& read) {
    const PartitionId partition = workload.partition_of(key);
    causal::PartitionState& state = states_[partition.value];
    auto outcome = causal::apply_put(state, {}, read, {.hlc = 1, .value = workload.value()}, random_);
    return storage::Merge{partition, std::move(key), causal::encode(outcome.filled)};
  }

 private:
  std::vector<causal::PartitionState> states_;
  Random random_;
};

/// Adds up what the operations cost; what happens between start() and stop() counts.
class Meter {
 public:
  void start() {
    cpu_start_ = thread_cpu();
    start_ = Clock::now();
  }
  void stop(std::uint64_t operations) {
    const auto took = Clock::now() - start_;
    cpu_ += thread_cpu() - cpu_start_;
    wall_ += took;
    operations_ += operations;
    latencies_.push_back(took);
  }
  /// Operations that are known only afterwards.
  void count(std::uint64_t operations) { operations_ += operations; }
  FloorFigures figures() {
    std::ranges::sort(latencies_);
    const auto at = [&](double share) {
      return latencies_[static_cast<std::size_t>(share * static_cast<double>(latencies_.size() - 1))];
    };
    const auto operations = static_cast<double>(operations_);
    return {.cpu_us = std::chrono::duration<double, std::micro>(cpu_).count() / operations,
            .operations_per_second = operations / std::chrono::duration<double>(wall_).count(),
            .latency = {at(0.5), at(0.99), at(0.999), at(1)}};
  }

 private:
  std::chrono::nanoseconds cpu_start_{}, cpu_{}, wall_{};
  Clock::time_point start_;
  std::uint64_t operations_{};
  std::vector<std::chrono::nanoseconds> latencies_;
};

/// A store under measurement.
class Floor {
 public:
  static Result<Floor> open(const FloorPlan& plan) {
    // Checkpoints too on the thread whose CPU is counted.
    auto engine = storage::SqliteEngine::open({.directory = plan.directory,
                                               .durability = plan.durability,
                                               .cache_bytes = plan.cache_bytes,
                                               .checkpoints_beside = false});
    if (!engine) return std::unexpected(std::move(engine.error()));
    Random random(3);
    if (auto booted = storage::boot(**engine, random, plan.durability); !booted)
      return std::unexpected(std::move(booted.error()));
    auto shard = storage::Shard::open(**engine, random.fork());
    if (!shard) return std::unexpected(std::move(shard.error()));
    return Floor(plan, *std::move(engine), *std::move(shard));
  }

  Result<> fill() {
    std::vector<Command> batch;
    for (std::uint64_t i = 0; i < plan_->keys; ++i) {
      batch.push_back(put(workload_.key(i)));
      if (batch.size() < 1000 && i + 1 != plan_->keys) continue;
      if (auto done = run(batch); !done) return done;
      batch.clear();
    }
    return engine_->maintain(storage::Engine::Pace::idle);
  }

  Result<FloorFigures> measure_puts() {
    return measure_batches([this] { return put(workload_.any_key()); });
  }
  Result<FloorFigures> measure_merges() {
    return measure_batches([this] {
      ring::Key key = workload_.any_key();
      const auto read = context_of(workload_.partition_of(key), key);
      return other_.write(workload_, std::move(key), read);
    });
  }
  Result<FloorFigures> measure_gets() {
    // One by one the clocks would cost as much as a get: CPU is taken over all of them.
    std::vector<Command> commands;
    for (std::uint64_t i = 0; i < plan_->operations; ++i) commands.push_back(get(workload_.any_key()));
    Meter meter;
    meter.start();
    for (const Command& command : commands)
      if (auto answer = shard_.read(command); !answer) return std::unexpected(std::move(answer.error()));
    meter.stop(plan_->operations);
    FloorFigures figures = meter.figures();
    figures.latency = get_latencies(commands);
    return figures;
  }
  /// Of every other partition, so that puts with and without a tree can take turns.
  Result<FloorFigures> measure_tree_building() {
    Meter meter;
    std::uint64_t rows = 0;
    for (std::uint32_t i = 1; i < plan_->partitions; i += 2) {
      const PartitionId partition{static_cast<std::uint16_t>(i)};
      const auto [first, last] = tokens_of(i);
      bool built = false;
      while (!built) {
        meter.start();
        auto answer = shard_.read(storage::BuildTree{partition, first, last});
        meter.stop(0);
        if (!answer) return std::unexpected(std::move(answer.error()));
        built = std::get<storage::BuildTreeAnswer>(*answer).built;
      }
      auto survey = shard_.read(storage::Survey{{partition}});
      if (!survey) return std::unexpected(std::move(survey.error()));
      rows += std::get<storage::SurveyAnswer>(*survey).partitions.front().live;
    }
    meter.count(rows);
    return meter.figures();
  }
  Result<std::pair<FloorFigures, FloorFigures>> measure_puts_in_turns() {
    Meter with_tree, without;
    for (std::uint64_t done = 0; done < plan_->operations; done += plan_->batch) {
      for (Meter* meter : {&with_tree, &without}) {
        auto ran = measure_batch(*meter, [&] { return put(key_in_one_of(meter == &with_tree ? 1 : 0)); });
        if (!ran) return std::unexpected(std::move(ran.error()));
      }
    }
    return std::pair{with_tree.figures(), without.figures()};
  }
  std::uint64_t file_bytes() const { return engine_->stats().file_bytes; }

 private:
  Floor(const FloorPlan& plan, std::unique_ptr<storage::Engine> engine, storage::Shard shard)
      : plan_(&plan), engine_(std::move(engine)), shard_(std::move(shard)), workload_(plan), other_(plan) {}

  Command get(ring::Key key) { return storage::Get{workload_.partition_of(key), std::move(key)}; }
  Command put(ring::Key key) {
    const PartitionId partition = workload_.partition_of(key);
    causal::VersionVector context = context_of(partition, key);
    return storage::Put{partition, std::move(key), std::move(context), {.hlc = 1, .value = workload_.value()}, 100};
  }
  /// As a client has it that has just read: the put replaces what is there.
  causal::VersionVector context_of(PartitionId partition, const ring::Key& key) {
    auto answer = shard_.read(storage::Get{partition, key});
    return answer ? std::get<storage::GetAnswer>(*answer).object.context : causal::VersionVector{};
  }

  Result<> run(std::vector<Command>& batch) {
    for (auto& answer : shard_.run(batch))
      if (!answer) return std::unexpected(std::move(answer.error()));
    return engine_->maintain(storage::Engine::Pace::busy);
  }

  storage::TokenRange tokens_of(std::uint32_t partition) const {
    const auto first = [&](std::uint64_t i) {
      const auto product = (static_cast<unsigned __int128>(i) << 64) + plan_->partitions - 1;
      return static_cast<std::uint64_t>(product / plan_->partitions);
    };
    return {Token{first(partition)}, Token{first(partition + 1) - 1}};
  }
  /// Of a partition whose number is even or odd.
  ring::Key key_in_one_of(std::uint32_t parity) {
    while (true) {
      ring::Key key = workload_.any_key();
      if (workload_.partition_of(key).value % 2 == parity) return key;
    }
  }

  Result<FloorFigures> measure_batches(const std::function<Command()>& next) {
    Meter meter;
    for (std::uint64_t done = 0; done < plan_->operations; done += plan_->batch)
      if (auto ran = measure_batch(meter, next); !ran) return std::unexpected(std::move(ran.error()));
    return meter.figures();
  }
  Result<> measure_batch(Meter& meter, const std::function<Command()>& next) {
    std::vector<Command> batch;
    for (std::size_t i = 0; i < plan_->batch; ++i) batch.push_back(next());
    meter.start();
    if (auto ran = run(batch); !ran) return ran;
    meter.stop(plan_->batch);
    return {};
  }

  std::array<std::chrono::nanoseconds, 4> get_latencies(const std::vector<Command>& commands) {
    Meter meter;
    for (const Command& command : commands) {
      meter.start();
      const auto answer = shard_.read(command);
      meter.stop(answer ? 1 : 0);
    }
    return meter.figures().latency;
  }

  const FloorPlan* plan_;
  std::unique_ptr<storage::Engine> engine_;
  storage::Shard shard_;
  Workload workload_;
  OtherReplica other_;
};

}  // namespace

Result<FloorReport> measure_floor(const FloorPlan& plan) {
  FloorReport report;
  auto floor = Floor::open(plan);
  if (!floor) return std::unexpected(std::move(floor.error()));
  auto done = floor->fill();
  if (!done) return std::unexpected(std::move(done.error()));
  for (auto [figures, measure] : {std::pair{&report.put, &Floor::measure_puts},
                                  {&report.merge, &Floor::measure_merges},
                                  {&report.get, &Floor::measure_gets}}) {
    auto measured = ((*floor).*measure)();
    if (!measured) return std::unexpected(std::move(measured.error()));
    *figures = *measured;
  }
  auto building = floor->measure_tree_building();
  if (!building) return std::unexpected(std::move(building.error()));
  report.tree_row = *building;
  auto in_turns = floor->measure_puts_in_turns();
  if (!in_turns) return std::unexpected(std::move(in_turns.error()));
  std::tie(report.put_with_tree, report.put_without_tree) = *in_turns;
  report.file_bytes = floor->file_bytes();
  return report;
}

}  // namespace starling::tools
