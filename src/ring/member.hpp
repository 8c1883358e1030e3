#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"

namespace starling::ring {

inline constexpr std::size_t members_max = 1024;
inline constexpr std::uint32_t weight_max = 1'000'000;
inline constexpr std::size_t zone_bytes_max = 255;

/// joining: is to get partitions by the change that is under way, and decides nothing yet.
/// leaving: is to have none any more, and stays a member until it has none.
enum class Standing : std::uint8_t { active, joining, leaving };

/// A node as the ring knows it. Names and addresses are not here: they come from gossip, so a
/// node may move without a new ring.
struct Member {
  NodeId id;
  std::string zone;
  std::uint32_t weight{1};  ///< its share of the partitions, relative to the others'
  Standing standing{Standing::active};
  friend bool operator==(const Member&, const Member&) = default;
};

/// The same members sorted by id. `invalid` for none or too many, repeated or zero ids, a weight
/// of 0 or above its bound, a zone that is too long.
Result<std::vector<Member>> checked_members(std::vector<Member> members);

}  // namespace starling::ring
