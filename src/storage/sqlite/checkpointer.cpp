#include "storage/sqlite/checkpointer.hpp"

#include <pthread.h>

#include <chrono>
#include <utility>

#include "base/ensure.hpp"

namespace starling::storage {

Result<Checkpointer> Checkpointer::open(const Database& writer, const SqliteOptions& options) {
  auto database = Database::open_beside(writer, options);
  if (!database) return std::unexpected(std::move(database.error()));
  return Checkpointer(*std::move(database));
}

bool Checkpointer::running() const {
  return pass_.valid() && pass_.wait_for(std::chrono::seconds(0)) != std::future_status::ready;
}

void Checkpointer::begin() {
  ensure(!pass_.valid(), "one pass at a time");
  pass_ = std::async(std::launch::async, [&database = *database_] {
    pthread_setname_np(pthread_self(), "checkpoint");
    auto extent = database.checkpoint(SQLITE_CHECKPOINT_PASSIVE);
    // A commit was just changing the log's index, and SQLite does not wait for that here: the next pass will do it.
    if (!extent && database.was_busy()) return Result<CheckpointExtent>(CheckpointExtent{});
    if (!extent) return extent;
    // Here, because the writer's last checkpoint would have to wait for all of it.
    auto synced = database.sync_file();
    return synced ? extent : std::unexpected(std::move(synced.error()));
  });
}

Result<CheckpointExtent> Checkpointer::end() { return pass_.get(); }

}  // namespace starling::storage
