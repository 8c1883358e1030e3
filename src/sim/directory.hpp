#pragma once

#include <cstdint>
#include <memory>

#include "base/error.hpp"
#include "base/random.hpp"
#include "sim/vfs/file_system.hpp"
#include "storage/memory/memory_engine.hpp"

namespace starling::sim {

/// What keeps the data of a simulated machine: a model that is fast, or the real thing on a file
/// system in memory.
enum class EngineKind : std::uint8_t { memory, sqlite };

/// What is wrong with a disk for as long as it lasts.
enum class Ailment : std::uint8_t {
  none,
  full,            ///< nothing can be written, what is there can be read
  failing_writes,  ///< an I/O error for whoever writes
  failing_reads,   ///< and for whoever reads
};

/// All that a data directory holds, at one moment: a backup, a snapshot of a file system. Only of
/// use for a directory of the same engine.
struct DirectoryCopy {
  storage::MemoryEngine memory;
  vfs::FileSystem files;
};

/// A data directory: what lasts between the processes that open it, one at a time.
class Directory {
 public:
  virtual ~Directory() = default;

  /// A process opens it. The engine is there until the process is gone.
  virtual Result<storage::Engine*> open() = 0;
  /// The process closes it in good order.
  virtual void close() = 0;
  /// The process is gone at once, and perhaps the power with it: what was not durable may be lost.
  virtual void crash() = 0;

  /// Also while a process works on it.
  virtual DirectoryCopy copy() const = 0;
  /// Without a process. A default-made copy leaves an empty directory.
  virtual void restore(const DirectoryCopy& copy) = 0;
  virtual void ail(Ailment ailment) = 0;
  /// A bit of a stored row turns: which one of which, `choice` says. Only in the model: what SQLite makes of damaged
  /// pages is for tests/contract to say.
  virtual void turn_bit(std::uint64_t choice) = 0;
};

/// What is left to chance, as what survives a crash, is drawn from `random`.
std::unique_ptr<Directory> make_directory(EngineKind kind, Random random);

}  // namespace starling::sim
