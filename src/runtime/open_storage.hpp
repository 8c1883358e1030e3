#pragma once

#include <memory>

#include "base/random.hpp"
#include "runtime/settings.hpp"
#include "storage/boot_record.hpp"
#include "storage/engine.hpp"

namespace starling::runtime {

/// A data directory that a life of this node has begun in.
struct OpenStorage {
  std::unique_ptr<storage::Engine> engine;
  storage::BootRecord boot;
};

/// Opens the engine that the settings name and begins a life in it. A file that turns out to be damaged
/// gives way to one with all that can be read of it, and the boot record says where rows are lost: the
/// other replicas bring them back.
Result<OpenStorage> open_storage(const Settings& settings, Random& random);

/// The engine has failed in this life: the next one checks it before it begins.
void doubt_storage(const Settings& settings);

}  // namespace starling::runtime
