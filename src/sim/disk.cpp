#include "sim/disk.hpp"

#include <utility>

#include "base/ensure.hpp"
#include "storage/boot.hpp"

namespace starling::sim {

namespace {

/// From the disk thread to the loop: a process that dies in between has committed and told nobody.
constexpr Duration hop = 20us;
/// As the disk thread: after so long without work there is time for the larger housekeeping.
constexpr Duration idle_after = 1s;

}  // namespace

Result<storage::BootRecord> Disk::boot() {
  auto engine = directory_->open();
  if (!engine) return std::unexpected(std::move(engine.error()));
  engine_ = *engine;
  auto record = storage::boot(*engine_, random_, storage::Durability::full, place_);
  if (!record) return record;
  auto shard = storage::Shard::open(*engine_, random_.fork(), {.digests = 16});
  if (!shard) return std::unexpected(shard.error());
  shard_.emplace(std::move(*shard));
  if (on_opened) on_opened(*this);
  return record;
}

void Disk::submit(port::Ticket ticket, storage::Command command) {
  waiting_tickets_.push_back(ticket);
  waiting_.push_back(std::move(command));
  if (running_.empty()) begin();
}

void Disk::begin() {
  running_ = std::exchange(waiting_, {});
  running_tickets_ = std::exchange(waiting_tickets_, {});
  Duration takes =
      speed_.commit_min + Duration(random_.below(1 + static_cast<std::uint64_t>(speed_.commit_spread.count())));
  if (random_.chance(speed_.slow_per_mille, 1000))
    takes += Duration(random_.below(1 + static_cast<std::uint64_t>(speed_.slow_max.count())));
  agenda_.after(takes, [this, life = life_] {
    if (life == life_) run();
  });
}

void Disk::run() {
  if (agenda_.now() >= stalled_until_) return commit();
  held_ = true;
  go_on_when_stall_ends();
}

void Disk::stall(Duration length) {
  stalled_until_ = agenda_.now() + length;
  if (held_) go_on_when_stall_ends();
}

void Disk::go_on_when_stall_ends() {
  agenda_.at(stalled_until_, [this, life = life_] {
    if (life != life_ || !held_ || agenda_.now() < stalled_until_) return;
    held_ = false;
    commit();
  });
}

void Disk::commit() {
  std::vector<storage::Command> asked = on_committed ? running_ : std::vector<storage::Command>{};
  std::vector<Result<storage::Answer>> answers = shard_->run(running_);
  for (std::size_t i = 0; i < asked.size(); ++i) on_committed(asked[i], answers[i]);
  agenda_.after(hop,
                [this, life = life_, tickets = std::move(running_tickets_), answers = std::move(answers)]() mutable {
                  if (life != life_) return;
                  for (std::size_t i = 0; i < tickets.size() && life == life_; ++i)
                    on_answered(tickets[i], std::move(answers[i]));
                });
  running_.clear();
  running_tickets_.clear();
  worked_at_ = agenda_.now();
  keep_house(storage::Engine::Pace::busy);
  keep_house_when_idle();
  if (!waiting_.empty()) begin();
}

void Disk::keep_house(storage::Engine::Pace pace) {
  auto kept = engine_->maintain(pace);
  // A full disk is told to whoever writes next; everything else means that the engine is lost.
  if (kept || kept.error().code == ErrorCode::disk_full) return;
  agenda_.after(hop, [this, life = life_, error = std::move(kept.error())] {
    if (life == life_) on_broken(error);
  });
}

void Disk::keep_house_when_idle() {
  if (std::exchange(idle_awaited_, true)) return;
  agenda_.at(worked_at_ + idle_after, [this, life = life_] {
    if (life != life_) return;
    idle_awaited_ = false;
    if (agenda_.now() < worked_at_ + idle_after) return keep_house_when_idle();
    if (running_.empty()) keep_house(storage::Engine::Pace::idle);
  });
}

void Disk::stop() {
  if (shard_ && !shard_->poisoned() && storage::mark_clean_stop(*engine_))
    directory_->close();
  else
    directory_->crash();
  leave();
}

void Disk::crash() {
  directory_->crash();
  leave();
}

void Disk::leave() {
  ++life_;
  idle_awaited_ = false;
  held_ = false;
  shard_.reset();
  engine_ = nullptr;
  waiting_.clear();
  waiting_tickets_.clear();
  running_.clear();
  running_tickets_.clear();
}

void Disk::use(EngineKind kind) {
  ensure(!shard_, "an engine is chosen while no process has the directory open");
  directory_ = make_directory(kind, directory_random_);
}

void Disk::restore(const DirectoryCopy& copy) {
  ensure(!shard_, "a directory is replaced while no process has it open");
  directory_->restore(copy);
}

}  // namespace starling::sim
