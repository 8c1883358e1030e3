#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "sim/vfs/fate.hpp"

namespace starling::sim::vfs {

/// A file as the machine's memory has it, which is what everyone reads, and as the disk has it, which
/// is what is left when the power fails. Between the two lies a list of changes not yet synced.
///
/// A change survives sector by sector, so a write may be torn; bytes beside it never suffer
/// (SQLite calls that "powersafe overwrite", and its own layer for Unix relies on it).
class File {
 public:
  static constexpr std::uint64_t sector_bytes = 512;

  const Bytes& bytes() const { return cached_; }
  void write(std::uint64_t at, BytesView bytes);
  void truncate(std::uint64_t size);

  /// Everything is on the disk.
  void sync();
  /// The system could not write what was to be synced, says so once, and forgets it: it takes its
  /// memory for clean, so that no later sync will write it either (Rebello et al., USENIX ATC 2020).
  void fail_sync(Fate& fate);
  void lose_power(Fate& fate);

  /// A bit that turned on the disk, and was read from there.
  void flip_bit(std::uint64_t bit);

 private:
  struct Change {
    std::uint64_t at{};
    Bytes bytes;
    bool truncates{};  ///< to the length `at`
  };
  static void apply(const Change& change, Bytes& to);
  void keep_what_survives(const Change& change, Fate& fate);

  Bytes cached_;
  Bytes durable_;
  std::vector<Change> unsynced_;
};

}  // namespace starling::sim::vfs
