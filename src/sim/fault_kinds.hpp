#pragma once

#include <set>
#include <vector>

#include "base/random.hpp"
#include "sim/fault.hpp"
#include "sim/links.hpp"

namespace starling::sim {

/// What a fault is drawn from.
struct Draw {
  Random& random;
  std::size_t hosts{};                ///< that make up the cluster
  HostIndex spare{};                  ///< a machine outside of it
  HostIndex forgetful{};              ///< the only one of this run that may lose what it has acknowledged
  std::vector<HostIndex> reserves{};  ///< machines that may join
  std::vector<HostIndex> leavers{};   ///< those that may leave
  HostIndex host{};                   ///< the one that it happens to
  Instant begins;
  Instant ends;

  Duration length() const { return ends - begins; }
  /// More than nothing, at most so long.
  Duration up_to(Duration most) const;
  /// 1 to `most`.
  std::uint32_t up_to(std::uint32_t most) const;
  HostIndex another_host() const;
  /// At least one host, never all.
  std::set<HostIndex> some_hosts() const;
};

/// One function for each kind: what happens and how it is put right. Kind and times are filled in
/// by who calls. Faults that overlap must add up, and whatever one leaves behind end_faults() undoes.
Fault delay(const Draw& draw);
Fault loss(const Draw& draw);
Fault duplication(const Draw& draw);
Fault reordering(const Draw& draw);
Fault corruption(const Draw& draw);
Fault clogged_link(const Draw& draw);
Fault slow_link(const Draw& draw);
Fault partition(const Draw& draw);
Fault isolation(const Draw& draw);
Fault one_way_partition(const Draw& draw);
Fault broken_connections(const Draw& draw);

Fault slow_disk(const Draw& draw);
Fault stalled_disk(const Draw& draw);
Fault failing_disk(const Draw& draw);
Fault full_disk(const Draw& draw);
Fault unreadable_disk(const Draw& draw);

Fault kill(const Draw& draw);
Fault restart(const Draw& draw);
Fault blackout(const Draw& draw);
Fault freeze(const Draw& draw);
Fault move(const Draw& draw);
Fault wipe(const Draw& draw);
Fault restore(const Draw& draw);
Fault clone(const Draw& draw);

Fault drift(const Draw& draw);
Fault wall_jump(const Draw& draw);

}  // namespace starling::sim
