#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ensure.hpp"
#include "base/random.hpp"
#include "contract/disks.hpp"
#include "storage/boot.hpp"
#include "storage/shard.hpp"

namespace starling::test {

inline constexpr PartitionId here{5};

inline ring::Key named(BytesView name) { return ring::Key::make("", name).value(); }

/// A disk with a booted node's shard on it, and short words for what tests ask of it.
template <class Disk>
class Store {
 public:
  explicit Store(storage::Durability durability = storage::Durability::full, std::uint64_t seed = 7)
      : durability_(durability), random_(seed) {
    start();
  }

  Disk& disk() { return disk_; }
  storage::Shard& shard() { return *shard_; }
  const storage::BootRecord& boot() const { return boot_; }

  void crash() {
    shard_.reset();
    disk_.crash();
    start();
  }
  void stop_and_start() {
    shard_.reset();
    ensure(storage::mark_clean_stop(disk_.engine()).has_value(), "a clean stop");
    disk_.close_and_open();
    start();
  }

  /// Of the directory, from the next start on.
  void move_to(std::uint64_t place) { place_ = place; }

  Result<storage::Answer> run(storage::Command command) {
    std::vector<storage::Command> batch;
    batch.push_back(std::move(command));
    return std::move(shard_->run(batch).front());
  }
  Result<storage::PutAnswer> put(BytesView name, Bytes value, causal::VersionVector context = {}) {
    auto answer = run(put_command(name, std::move(value), std::move(context)));
    if (!answer) return std::unexpected(answer.error());
    return std::get<storage::PutAnswer>(*answer);
  }
  causal::Object get(BytesView name) {
    auto answer = shard_->read(storage::Get{here, named(name)});
    ensure(answer.has_value(), "a read that works");
    return std::get<storage::GetAnswer>(*answer).object;
  }
  std::vector<std::string> values(BytesView name) {
    std::vector<std::string> values;
    for (const auto& sibling : get(name).siblings) values.push_back(sibling.value);
    std::ranges::sort(values);
    return values;
  }
  static storage::Put put_command(BytesView name, Bytes value, causal::VersionVector context = {}) {
    causal::Sibling sibling;
    sibling.value = std::move(value);
    return {here, named(name), std::move(context), std::move(sibling), 100};
  }
  std::optional<storage::ActorClaim> claim() {
    const auto answer = shard_->read(storage::ListActors{});
    const auto& claims = std::get<storage::ListActorsAnswer>(answer.value()).claims;
    return claims.empty() ? std::nullopt : std::optional(claims.front());
  }

 private:
  void start() {
    auto booted = storage::boot(disk_.engine(), random_, durability_, place_);
    ensure(booted.has_value(), "a boot that works");
    boot_ = *std::move(booted);
    auto opened = storage::Shard::open(disk_.engine(), random_.fork(),
                                       {.digests = 8, .hints_max = 40, .tree_rows = 3});  // few, so that they run out
    ensure(opened.has_value(), "a shard that opens");
    shard_.emplace(*std::move(opened));
  }

  storage::Durability durability_;
  std::uint64_t place_ = 1;
  Disk disk_;
  Random random_;
  storage::BootRecord boot_;
  std::optional<storage::Shard> shard_;
};

}  // namespace starling::test
