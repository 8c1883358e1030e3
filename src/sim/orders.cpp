#include "sim/orders.hpp"

#include <fmt/format.h>

#include "sim/world.hpp"

namespace starling::sim {

namespace {

using Kind = port::ChangeRequest::Kind;

/// Named as an operator would who has not met it yet.
port::NodeName by_address(HostIndex host) {
  const Address address = World::address_of(host);
  return {.words = to_string(address), .address = address};
}

port::NodeName by_name(HostIndex host) { return {.words = fmt::format("n{}", host), .address = {}}; }

/// An operator's patience: what has not begun by then is given up.
constexpr Duration patience = 10s;

/// Nobody reads the answer.
void order(World& world, HostIndex at, Kind kind, std::vector<port::NodeName> nodes) {
  port::ChangeRequest request{.kind = kind, .nodes = std::move(nodes), .timeout = patience};
  world.host(at).ask(std::move(request), [](const auto&) {});
}

std::function<void(World&)> ordering(HostIndex at, Kind kind, std::vector<port::NodeName> nodes) {
  return [=](World& world) { order(world, at, kind, nodes); };
}

HostIndex one_of(const Draw& draw, const std::vector<HostIndex>& hosts) {
  return hosts[draw.random.below(hosts.size())];
}

}  // namespace

Fault join(const Draw& draw) {
  const HostIndex newcomer = one_of(draw, draw.reserves);
  return {.what = fmt::format("n{} is put to use", newcomer),
          .mended = fmt::format("n{} is asked to let n{} join", draw.host, newcomer),
          .begin = [newcomer](World& w) { w.put_to_use(newcomer); },
          .end = ordering(draw.host, Kind::join, {by_address(newcomer)})};
}

Fault leave(const Draw& draw) {
  const HostIndex leaver = one_of(draw, draw.leavers);
  const HostIndex other = draw.another_host();
  return {.what = fmt::format("n{} is asked to let n{} leave", draw.host, leaver),
          .mended = fmt::format("n{} is asked the same", other),
          .begin = ordering(draw.host, Kind::leave, {by_name(leaver)}),
          .end = ordering(other, Kind::leave, {by_name(leaver)})};
}

Fault remove(const Draw& draw) {
  return {.what = fmt::format("n{} is dead for good", draw.forgetful),
          .mended = fmt::format("n{} is asked to remove n{}", draw.host, draw.forgetful),
          .begin =
              [h = draw.forgetful](World& w) {
                w.retire(h);
                w.note({.host = h, .until = w.now(), .shows = w.now(), .silent = true});
              },
          .end = ordering(draw.host, Kind::remove, {by_name(draw.forgetful)})};
}

Fault replace(const Draw& draw) {
  const HostIndex leaver = one_of(draw, draw.leavers);
  const HostIndex newcomer = one_of(draw, draw.reserves);
  return {.what = fmt::format("n{} is put to use", newcomer),
          .mended = fmt::format("n{} is asked to replace n{} by n{}", draw.host, leaver, newcomer),
          .begin = [newcomer](World& w) { w.put_to_use(newcomer); },
          .end = ordering(draw.host, Kind::replace, {by_name(leaver), by_address(newcomer)})};
}

Fault abort_change(const Draw& draw) {
  const HostIndex other = draw.another_host();
  return {.what = fmt::format("n{} is asked to abort the change", draw.host),
          .mended = fmt::format("n{} is asked the same", other),
          .begin = ordering(draw.host, Kind::abort, {}),
          .end = ordering(other, Kind::abort, {})};
}

}  // namespace starling::sim
