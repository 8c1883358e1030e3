#pragma once

#include <map>
#include <vector>

#include "port/outbox.hpp"
#include "ring/ring.hpp"
#include "topology/cluster_record.hpp"

namespace starling::topology {

/// Who asks a member to be taken in. Remembered for as long as it goes on asking, and welcomed as soon as the ring
/// has it; what brings it into the ring is a change like any other. Nothing here is durable: a
/// joiner asks again. Until then it is told of other members, so that it depends on nobody.
class Joiners {
 public:
  /// `contacts`: where members may be found.
  void on_message(NodeId from, const wire::JoinAsk& ask, const ring::Ring& ring, const ClusterRecord& cluster,
                  const std::vector<wire::FoundingPropose::Contact>& contacts, Instant now, port::Outbox& out);

  /// We go by another ring: whom it has, is welcomed without asking again.
  void on_ring(const ring::Ring& ring, const ClusterRecord& cluster,
               const std::vector<wire::FoundingPropose::Contact>& contacts, port::Outbox& out);

  /// Those that still ask and are not in the ring, by id. Who asks to join `at_once` may come with the next
  /// change; the others wait for an operator.
  std::vector<wire::JoinAsk> waiting(const ring::Ring& ring, Instant now) const;

 private:
  struct Asked {
    wire::JoinAsk ask;
    Instant at;
  };

  static constexpr Duration forgotten_after = 10s;

  std::map<NodeId, Asked> asked_;
};

}  // namespace starling::topology
