#pragma once

#include "membership/courier.hpp"

namespace starling::membership {

/// Datagrams of another cluster: somebody's configuration names the wrong address. Who asks is told
/// so, with an answer no larger than the question; our log says it once in a while, not each time.
class Strangers {
 public:
  void on_datagram(Address from, const wire::Datagram& datagram, std::size_t bytes, Courier& courier, Instant now,
                   port::Outbox& out);

 private:
  Instant quiet_until_{};
};

}  // namespace starling::membership
