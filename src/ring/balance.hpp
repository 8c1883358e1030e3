#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>

#include "ring/ring.hpp"

namespace starling::ring {

/// How evenly an assignment lies, for whoever has to judge it.

/// How many lists each of its owners is in.
std::map<NodeId, std::uint32_t> loads_of(const Assignment& assignment);
/// How many zones the list spans that spans the fewest. All owners are among `members`.
std::size_t zones_spanned(const Assignment& assignment, std::span<const Member> members);

}  // namespace starling::ring
