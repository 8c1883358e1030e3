#pragma once

#include <deque>
#include <vector>

#include "client/cluster_view.hpp"
#include "client/endpoint.hpp"

namespace starling::bench {

/// One connection and how much is under way on it.
struct Lane {
  Lane(client::Loop& loop, client::Endpoint::Listener& listener, const client::HostPort& node)
      : endpoint(loop, listener, node, true, "kvbench") {}

  client::Endpoint endpoint;
  std::uint32_t in_flight{};
};

/// The connections of a run, spread evenly over the nodes, and the choice among them: like the
/// client library, a request goes to the first replica of its key that can be reached.
class Lanes {
 public:
  Lanes(client::Loop& loop, client::Endpoint::Listener& listener, const std::vector<client::HostPort>& nodes,
        std::uint32_t connections, api::RingInfo ring);

  /// Opens what is not open.
  void tick(Instant now);
  bool all_usable() const;
  bool any_usable() const;
  /// The one with least to do at a replica of the key; null while no connection is usable.
  Lane* choose(Token token);
  /// Who is who, once lanes have greeted.
  void map_members();
  /// The words of one that could not connect.
  std::string why_not() const;

 private:
  Lane* least_busy(const std::vector<Lane*>& lanes);

  std::deque<Lane> lanes_;
  std::vector<Lane*> all_;
  client::ClusterView view_;
  std::vector<std::vector<Lane*>> of_member_;
  std::size_t turn_{};  ///< so that equals are chosen one after the other
};

}  // namespace starling::bench
