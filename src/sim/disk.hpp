#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/random.hpp"
#include "port/event.hpp"
#include "sim/agenda.hpp"
#include "sim/directory.hpp"
#include "storage/boot_record.hpp"
#include "storage/shard.hpp"

namespace starling::sim {

struct DiskSpeed {
  Duration commit_min = 100us;
  Duration commit_spread = 400us;
  std::uint32_t slow_per_mille = 0;  ///< some commits take much longer
  Duration slow_max = 300ms;
};

/// A machine's disk and the thread that works on it, as the runtime has them: it takes all that
/// waits, runs it as one transaction, and answers when that is committed. The directory outlives
/// the process; what waited or ran when the process died was never committed.
class Disk {
 public:
  using Answered = std::function<void(port::Ticket, Result<storage::Answer>)>;
  /// Sees every command and its answer in the moment of the commit, whether or not the node lives to hear it.
  using Committed = std::function<void(const storage::Command&, const Result<storage::Answer>&)>;

  Disk(Agenda& agenda, Random random)
      : agenda_(agenda), random_(random), place_(random_.nonzero()), directory_random_(Random(random).fork()) {
    use(EngineKind::memory);
  }
  /// Another engine, and an empty directory. Without a process.
  void use(EngineKind kind);

  /// A process starts, and opens the directory.
  Result<storage::BootRecord> boot();
  void submit(port::Ticket ticket, storage::Command command);
  /// The process ends in good order: what had not begun is not done.
  void stop();
  /// The process dies.
  void crash();

  /// The directory as it is at this moment. A process may be at work on it.
  DirectoryCopy copy() const { return directory_->copy(); }
  /// Everything is replaced: by an older copy of this directory, or by one of another's. Without a process.
  void restore(const DirectoryCopy& copy);
  /// A read, past the queue and at no cost, to see what is there. Only while a process runs.
  Result<storage::Answer> look(const storage::Command& command) { return shard_->read(command); }
  /// Nothing is left. Without a process.
  void wipe() { restore({}); }
  void ail(Ailment ailment) { directory_->ail(ailment); }
  void turn_bit(std::uint64_t choice) { directory_->turn_bit(choice); }
  /// Nothing is read or written for so long from now on, whatever was said before; 0: it goes on.
  void stall(Duration length);
  DiskSpeed& speed() { return speed_; }

  Answered on_answered;
  /// Housekeeping failed: the process must end.
  std::function<void(Error)> on_broken;
  Committed on_committed;
  /// A process has opened the directory, and has done nothing with it yet.
  std::function<void(Disk&)> on_opened;

 private:
  void begin();
  void run();
  void go_on_when_stall_ends();
  void commit();
  void leave();
  void keep_house(storage::Engine::Pace pace);
  void keep_house_when_idle();

  Agenda& agenda_;
  Random random_;
  std::uint64_t place_;
  Random directory_random_;
  DiskSpeed speed_;
  Instant stalled_until_;
  bool held_{};  ///< what runs would have been committed if it were not for the stall
  std::unique_ptr<Directory> directory_;
  storage::Engine* engine_{};
  std::optional<storage::Shard> shard_;
  std::vector<port::Ticket> waiting_tickets_;
  std::vector<storage::Command> waiting_;
  std::vector<port::Ticket> running_tickets_;
  std::vector<storage::Command> running_;
  std::uint64_t life_{};
  Instant worked_at_;
  bool idle_awaited_{};
};

}  // namespace starling::sim
