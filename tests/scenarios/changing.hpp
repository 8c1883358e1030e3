#pragma once

#include <string>
#include <utility>
#include <vector>

#include "scene.hpp"

namespace starling::sim {

/// A cluster of some of its hosts, which an operator changes; the others wait to be taken in.
struct Changing : Scene {
  using Kind = port::ChangeRequest::Kind;
  using Scene::Scene;

  static port::NodeName name(HostIndex host) {
    const Address address = World::address_of(host);
    return {.words = to_string(address), .address = address};
  }
  /// Why it is refused; empty when it is not.
  std::string asked(HostIndex at, Kind kind, const std::vector<HostIndex>& hosts) {
    port::ChangeRequest request{.kind = kind, .nodes = {}, .timeout = {}};
    for (const HostIndex host : hosts) request.nodes.push_back(name(host));
    const auto reply = world.ask(at, std::move(request));
    if (!reply) return "no answer";
    const auto* failure = std::get_if<port::Failure>(&*reply);
    return failure ? failure->error.message : "";
  }
  void order(HostIndex at, Kind kind, const std::vector<HostIndex>& hosts) {
    const std::string refused = asked(at, kind, hosts);
    REQUIRE_MESSAGE(refused.empty(), refused);
  }
  void join(HostIndex at, HostIndex newcomer) {
    world.put_to_use(newcomer);
    order(at, Kind::join, {newcomer});
  }
};

}  // namespace starling::sim
