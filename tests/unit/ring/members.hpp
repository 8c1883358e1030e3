#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <rapidcheck.h>

#include "ring/ring.hpp"

namespace starling::ring {

/// `count` members in `zones` zones, in turn, with equal weights.
inline std::vector<Member> members_in_zones(std::size_t count, std::size_t zones) {
  std::vector<Member> members;
  for (std::size_t i = 0; i < count; ++i)
    members.push_back({.id = {0x9e3779b97f4a7c15ULL * (i + 1)}, .zone = "zone-" + std::to_string(i % zones)});
  return members;
}

/// Any founding set: one zone or many, even or very uneven weights.
inline std::vector<Member> arbitrary_members() {
  const auto count = *rc::gen::inRange<std::size_t>(1, 33);
  const auto zones = *rc::gen::inRange<std::size_t>(1, 9);
  const bool even = *rc::gen::arbitrary<bool>();
  std::vector<Member> members;
  for (std::size_t i = 0; i < count; ++i)
    members.push_back({.id = {i * 7919 + 1},
                       .zone = std::to_string(*rc::gen::inRange<std::size_t>(0, zones)),
                       .weight = even ? 1 : *rc::gen::element<std::uint32_t>(1, 2, 3, 5, 8, 40, 1000, weight_max)});
  return members;
}

}  // namespace starling::ring
