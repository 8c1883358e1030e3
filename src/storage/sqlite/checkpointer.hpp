#pragma once

#include <future>
#include <memory>
#include <utility>

#include "storage/sqlite/database.hpp"

namespace starling::storage {

/// Moves what is in the log into the file while others write and read: on a connection of its own, and a thread for
/// each pass. What is written during a pass stays in the log for the next one.
class Checkpointer {
 public:
  /// The writer must outlive it.
  static Result<Checkpointer> open(const Database& writer, const SqliteOptions& options);

  /// There is a pass whose end() nobody has asked for.
  bool begun() const { return pass_.valid(); }
  bool running() const;
  /// Only if none is begun.
  void begin();
  /// Waits for the pass that was begun.
  Result<CheckpointExtent> end();

 private:
  explicit Checkpointer(Database database) : database_(std::make_unique<Database>(std::move(database))) {}

  std::unique_ptr<Database> database_;  ///< where a pass finds it, wherever this object is moved to
  std::future<Result<CheckpointExtent>> pass_;
};

}  // namespace starling::storage
