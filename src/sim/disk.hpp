#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/random.hpp"
#include "port/event.hpp"
#include "sim/agenda.hpp"
#include "storage/boot_record.hpp"
#include "storage/memory/memory_engine.hpp"
#include "storage/shard.hpp"

namespace starling::sim {

struct DiskSpeed {
  Duration commit_min = 100us;
  Duration commit_spread = 400us;
  std::uint32_t slow_per_mille = 0;  ///< some commits take much longer
  Duration slow_max = 300ms;
};

/// A machine's disk and the thread that works on it, as the runtime has them: it takes all that
/// waits, runs it as one transaction, and answers when that is committed. The engine outlives
/// the process; what waited or ran when the process died was never committed.
class Disk {
 public:
  using Answered = std::function<void(port::Ticket, Result<storage::Answer>)>;
  /// Sees every command and its answer in the moment of the commit, whether or not the node lives to hear it.
  using Committed = std::function<void(const storage::Command&, const Result<storage::Answer>&)>;

  Disk(Agenda& agenda, Random random) : agenda_(agenda), random_(random) {}

  /// A process starts: reads the engine as it would a directory.
  Result<storage::BootRecord> boot();
  void submit(port::Ticket ticket, storage::Command command);
  /// The process dies.
  void crash();

  storage::MemoryEngine& engine() { return engine_; }
  DiskSpeed& speed() { return speed_; }

  Answered on_answered;
  Committed on_committed;

 private:
  void begin();
  void commit();

  Agenda& agenda_;
  Random random_;
  DiskSpeed speed_;
  storage::MemoryEngine engine_;
  std::optional<storage::Shard> shard_;
  std::vector<port::Ticket> waiting_tickets_;
  std::vector<storage::Command> waiting_;
  std::vector<port::Ticket> running_tickets_;
  std::vector<storage::Command> running_;
  std::uint64_t life_{};
};

}  // namespace starling::sim
