#include "sim/directory.hpp"

namespace starling::sim {

namespace {

/// An engine that outlives the processes which use it.
class MemoryDirectory final : public Directory {
 public:
  Result<storage::Engine*> open() override { return &engine_; }
  void close() override {}
  void crash() override { engine_.crash(); }

  DirectoryCopy copy() const override { return {engine_}; }
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

 private:
  storage::MemoryEngine engine_;
  Ailment ailment_{};
};

}  // namespace

std::unique_ptr<Directory> make_memory_directory() { return std::make_unique<MemoryDirectory>(); }

}  // namespace starling::sim
