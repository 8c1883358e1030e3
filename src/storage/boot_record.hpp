#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/ids.hpp"

#include "storage/merkle_tree.hpp"

namespace starling::storage {

/// The name under which a directory keeps where rows are lost, until the partitions there have been told
/// so (Recover) and whoever told them removes it.
inline constexpr const char* lost_ranges_record = "lost_ranges";

/// What a data directory knows when it is opened: who we are and everything that SaveRecord kept.
struct BootRecord {
  NodeId node;            ///< minted when the directory was empty
  Generation generation;  ///< already raised, durably, for this boot
  std::uint64_t nonce{};  ///< random for this boot
  bool fresh{};           ///< the directory was empty
  bool unclean_stop{};    ///< the last process did not close it
  bool elsewhere{};       ///< it is in another place than in its last life: perhaps an old copy
  std::map<std::string, Bytes> records;
  std::vector<TokenRange> lost;     ///< rows may be missing here, and nobody has told the partitions yet
  std::vector<std::string> damage;  ///< what could not be read and how it was replaced, in words for the log
};

}  // namespace starling::storage
