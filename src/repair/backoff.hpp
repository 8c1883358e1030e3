#pragma once

#include <cstdint>
#include <map>

#include "base/random.hpp"
#include "repair/gaps.hpp"

namespace starling::repair {

/// How long a share is left alone after its pull has failed. What cannot be read now will hardly be readable in a
/// second: each failure doubles the time, up to a bound, and it is scattered, so that those who fail together do not
/// come back together.
class Backoff {
 public:
  Backoff(Duration first, Duration longest, Random random) : first_(first), longest_(longest), random_(random) {}

  /// It has failed once more: nothing before this.
  Instant fail(Share share, Instant now);
  void succeed(Share share) { failures_.erase(share); }
  /// It may be well again.
  void forget(NodeId peer);
  Instant not_before(Share share) const;

 private:
  struct Failures {
    std::uint32_t count{};
    Instant not_before;
  };

  Duration first_;
  Duration longest_;
  Random random_;
  std::map<Share, Failures> failures_;
};

}  // namespace starling::repair
