#pragma once

#include <cstdint>
#include <optional>

#include "sim/vfs/fate.hpp"

namespace starling::sim::vfs {

/// What a process asks of a file system.
enum class Call : std::uint8_t { open, remove, look, read, write, truncate, sync, size };

/// The ways in which a call goes wrong.
enum class Mishap : std::uint8_t {
  io_error,     ///< any call
  read_error,   ///< an I/O error of a read
  write_error,  ///< an I/O error of whatever changes something; a write may have been done in part
  no_space,     ///< a write, done in part
  short_read,   ///< a read comes back with less than there is
  lost_sync,    ///< a sync fails, and part of what it was to write never gets to the disk: File::fail_sync
};

struct Trouble {
  Mishap mishap{};
  std::uint64_t nth = 1;                    ///< of the calls that can suffer it, counted from when it is planned
  bool lasting{};                           ///< and every such call after it
  Fate written = Fate::nothing_survives();  ///< lost_sync: what reached the disk all the same
};

/// Decides about each call whether it goes wrong, and how.
class Troubles {
 public:
  void plan(Trouble trouble);
  void end() { trouble_.reset(); }

  std::optional<Mishap> befalls(Call call);
  /// How often something has gone wrong since the last plan.
  std::uint64_t struck() const { return struck_; }
  Fate& written() { return trouble_->written; }

 private:
  std::optional<Trouble> trouble_;
  std::uint64_t candidates_{};
  std::uint64_t struck_{};
};

}  // namespace starling::sim::vfs
