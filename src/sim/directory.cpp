#include "sim/directory.hpp"

#include <optional>
#include <utility>

#include "sim/vfs/mount.hpp"
#include "storage/sqlite/sqlite_engine.hpp"

namespace starling::sim {

namespace {

/// An engine that outlives the processes which use it.
class MemoryDirectory final : public Directory {
 public:
  Result<storage::Engine*> open() override { return &engine_; }
  void close() override {}
  void crash() override { engine_.crash(); }

  DirectoryCopy copy() const override { return {.memory = engine_}; }
  void restore(const DirectoryCopy& copy) override {
    engine_ = copy.memory;
    ail(ailment_);
  }
  void ail(Ailment ailment) override {
    ailment_ = ailment;
    const Error error{ailment == Ailment::full ? ErrorCode::disk_full : ErrorCode::storage_failed,
                      "a fault of the simulation"};
    engine_.fail_commits(ailment == Ailment::none ? std::nullopt : std::optional(error));
    engine_.fail_reads(ailment == Ailment::failing_reads ? std::optional(error) : std::nullopt);
  }
  void turn_bit(std::uint64_t choice) override { engine_.turn_bit(choice); }

 private:
  storage::MemoryEngine engine_;
  Ailment ailment_{};
};

/// SQLite as in production, but for the sizes: a small cache, so that there is something to read,
/// and a small log, so that it is moved on now and then.
class SqliteDirectory final : public Directory {
 public:
  explicit SqliteDirectory(Random random) : random_(random) {}

  Result<storage::Engine*> open() override {
    auto opened = storage::SqliteEngine::open({.directory = "/",
                                               .cache_bytes = 64U << 10,
                                               .wal_bytes_max = 256U << 10,
                                               .checkpoints_beside = false,
                                               .vfs = mount_.name()});
    if (!opened) return std::unexpected(std::move(opened.error()));
    engine_ = *std::move(opened);
    return engine_.get();
  }
  void close() override { engine_.reset(); }
  void crash() override {
    if (random_.chance(1, 2))
      mount_.kill_process();
    else
      mount_.lose_power(draw_fate());
    engine_.reset();
  }

  DirectoryCopy copy() const override { return {.files = mount_.files()}; }
  void restore(const DirectoryCopy& copy) override {
    vfs::FileSystem files = copy.files;
    files.sync_all();
    mount_.replace(std::move(files));
  }
  void ail(Ailment ailment) override {
    using vfs::Mishap;
    switch (ailment) {
      case Ailment::none: return mount_.troubles().end();
      case Ailment::full: return mount_.troubles().plan({.mishap = Mishap::no_space, .lasting = true});
      case Ailment::failing_reads: return mount_.troubles().plan({.mishap = Mishap::io_error, .lasting = true});
      case Ailment::failing_writes: return mount_.troubles().plan(draw_write_trouble());
    }
  }
  void turn_bit(std::uint64_t) override {}

 private:
  vfs::Fate draw_fate() {
    if (random_.chance(1, 4)) return vfs::Fate::nothing_survives();
    if (random_.chance(1, 4)) return vfs::Fate::all_survives();
    return vfs::Fate::drawn(random_.fork());
  }
  /// A disk that is lost, or one sync that fails.
  vfs::Trouble draw_write_trouble() {
    if (random_.chance(1, 2)) return {.mishap = vfs::Mishap::write_error, .lasting = true};
    return {.mishap = vfs::Mishap::lost_sync, .nth = 1 + random_.below(4), .written = draw_fate()};
  }

  Random random_;
  vfs::Mount mount_;
  std::unique_ptr<storage::SqliteEngine> engine_;
};

}  // namespace

std::unique_ptr<Directory> make_directory(EngineKind kind, Random random) {
  if (kind == EngineKind::sqlite) return std::make_unique<SqliteDirectory>(random);
  return std::make_unique<MemoryDirectory>();
}

}  // namespace starling::sim
