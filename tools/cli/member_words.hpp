#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/output.hpp"
#include "starling/types.hpp"

/// The members of a cluster, in words and as JSON.
namespace starling::cli {

/// The name of a member, if it has one; else its id.
std::string name_of(const std::vector<api::Member>& members, const std::string& id);
std::string names_of(const std::vector<api::Member>& members, const std::vector<std::string>& ids);

Json json_members(const std::vector<api::Member>& members);

/// In how many partitions' lists each member of a ring is, by its place among the ring's members: in
/// a ring that changes the present lists, and the next ones.
struct Loads {
  std::vector<std::uint32_t> present;
  std::vector<std::uint32_t> next;

  explicit Loads(const api::RingInfo& ring);
  /// "85", or "85 → 64" for one that it changes.
  std::string in_words(std::size_t member) const;
};

}  // namespace starling::cli
