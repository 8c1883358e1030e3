#include "sim/fault_kinds.hpp"

namespace starling::sim {

Duration Draw::up_to(Duration most) const {
  return Duration(1 + random.below(static_cast<std::uint64_t>(most.count())));
}

std::uint32_t Draw::up_to(std::uint32_t most) const { return 1 + static_cast<std::uint32_t>(random.below(most)); }

HostIndex Draw::another_host() const { return hosts == 1 ? spare : (host + 1 + random.below(hosts - 1)) % hosts; }

std::set<HostIndex> Draw::some_hosts() const {
  std::set<HostIndex> some{host};
  for (HostIndex other = 0; other < hosts; ++other)
    if (some.size() + 1 < hosts && random.chance(1, 2)) some.insert(other);
  return some;
}

}  // namespace starling::sim
