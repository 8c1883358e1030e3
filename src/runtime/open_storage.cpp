#include "runtime/open_storage.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include "base/hash.hpp"
#include "storage/boot.hpp"
#include "storage/memory/memory_engine.hpp"
#include "storage/sqlite/check_mark.hpp"
#include "storage/sqlite/salvage_file.hpp"

namespace starling::runtime {

namespace {

storage::SqliteOptions sqlite_options(const Settings& settings) {
  return {.directory = settings.node.data_dir,
          .durability = settings.storage.durability,
          .cache_bytes = settings.storage.cache_bytes - settings.storage.digest_bytes()};
}

/// A copy has another directory, or is on another machine and has another address.
std::uint64_t place_of(const Settings& settings) {
  struct stat directory{};
  if (stat(settings.node.data_dir.c_str(), &directory) != 0) return 0;
  return hash64(fmt::format("{} {}", settings.listen.peer, directory.st_ino));
}

Result<std::unique_ptr<storage::Engine>> open_file(const storage::SqliteOptions& options) {
  auto engine = storage::SqliteEngine::open(options);
  if (engine && storage::CheckMark(options).is_set())
    if (auto whole = (*engine)->check(); !whole) return std::unexpected(std::move(whole.error()));
  return engine;
}

Result<OpenStorage> begin_life(Result<std::unique_ptr<storage::Engine>> engine, const Settings& settings,
                               Random& random) {
  if (!engine) return std::unexpected(std::move(engine.error()));
  auto boot = storage::boot(**engine, random, settings.storage.durability, place_of(settings));
  if (!boot) return std::unexpected(std::move(boot.error()));
  return OpenStorage{*std::move(engine), *std::move(boot)};
}

std::string words_of(const storage::Salvage& salvage, const storage::SqliteOptions& options) {
  return fmt::format(
      "{} was damaged: {} rows could be read and are kept, what is missing will be fetched from the other replicas; "
      "the damaged file is kept as {}{}, to be removed when you like",
      (options.directory / options.file).native(), salvage.rows, options.file, storage::damaged_suffix);
}

}  // namespace

Result<OpenStorage> open_storage(const Settings& settings, Random& random) {
  if (settings.storage.engine == EngineKind::memory)
    return begin_life(std::make_unique<storage::MemoryEngine>(), settings, random);
  const storage::SqliteOptions options = sqlite_options(settings);
  auto opened = begin_life(open_file(options), settings, random);
  if (!opened && opened.error().code == ErrorCode::storage_failed) {
    const auto saved = storage::salvage_file(options);
    if (!saved) return opened;
    opened = begin_life(open_file(options), settings, random);
    if (opened) opened->boot.damage.push_back(words_of(*saved, options));
  }
  if (opened) storage::CheckMark(options).clear();
  return opened;
}

void doubt_storage(const Settings& settings) {
  if (settings.storage.engine == EngineKind::sqlite) storage::CheckMark(sqlite_options(settings)).set();
}

}  // namespace starling::runtime
