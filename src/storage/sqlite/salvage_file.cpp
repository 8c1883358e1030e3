#include "storage/sqlite/salvage_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

namespace starling::storage {

namespace {

namespace fs = std::filesystem;

std::unexpected<Error> failed(const char* what, const fs::path& file, const std::error_code& why) {
  return fail(ErrorCode::storage_failed, fmt::format("{} {}: {}", what, file.native(), why.message()));
}

/// SQLite does so when it closes a file.
Result<> empty_log(const SqliteOptions& options) {
  if (auto opened = SqliteEngine::open(options); !opened) return std::unexpected(std::move(opened.error()));
  std::error_code why;
  const fs::path log = options.directory / (options.file + "-wal");
  if (fs::exists(log, why) && fs::file_size(log, why) != 0)
    return fail(ErrorCode::storage_failed, fmt::format("{} could not be worked into the file", log.native()));
  return {};
}

void sync_directory(const fs::path& directory) {
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  fsync(fd);
  close(fd);
}

/// The new file takes the name in one step, so that at any moment there is one of the two under it.
Result<> take_place(const fs::path& fresh, const fs::path& file) {
  std::error_code why;
  const fs::path kept = file.native() + damaged_suffix;
  fs::remove(kept, why);
  fs::create_hard_link(file, kept, why);
  if (why) return failed("no second name could be given to", file, why);
  fs::rename(fresh, file, why);
  if (why) return failed("a new file could not be put in the place of", file, why);
  sync_directory(file.parent_path());
  return {};
}

}  // namespace

Result<Salvage> salvage_file(const SqliteOptions& options) {
  if (auto emptied = empty_log(options); !emptied) return std::unexpected(std::move(emptied.error()));
  SqliteOptions beside = options;
  beside.file += ".salvaged";
  const fs::path fresh_file = options.directory / beside.file;
  std::error_code ignored;
  for (const char* end : {"", "-wal"}) fs::remove(fresh_file.native() + end, ignored);

  Result<Salvage> saved;
  {
    auto damaged = SqliteEngine::open(options);
    if (!damaged) return std::unexpected(std::move(damaged.error()));
    auto fresh = SqliteEngine::open(beside);
    if (!fresh) return std::unexpected(std::move(fresh.error()));
    saved = salvage(**damaged, **fresh);
    if (saved)
      if (auto kept = (*fresh)->maintain(Engine::Pace::idle); !kept) saved = std::unexpected(std::move(kept.error()));
  }
  Result<> placed;
  if (saved) placed = take_place(fresh_file, options.directory / options.file);
  if (!placed) saved = std::unexpected(std::move(placed.error()));
  if (!saved) fs::remove(fresh_file, ignored);
  return saved;
}

}  // namespace starling::storage
