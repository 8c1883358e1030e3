#include "sim/orders.hpp"

#include <fmt/format.h>

#include <iterator>
#include <memory>

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

/// Waits for a newer ring, once.
struct Ambush {
  Fault fault;
  Duration delay;
  Duration length;
  std::size_t heals{};
  std::uint64_t adopted{};
  bool begun{};
  bool over{};

  void end(World& world) {
    if (begun && !over) fault.end(world);
    over = true;
  }
};

std::uint64_t rings_adopted(World& world) {
  std::uint64_t adopted = 0;
  for (HostIndex host = 0; host < world.hosts(); ++host)
    adopted += world.host(host).noticed(port::NoticeKind::ring_adopted);
  return adopted;
}

void later(World& world, const std::shared_ptr<Ambush>& ambush, Duration after, void (*act)(World&, Ambush&)) {
  world.agenda().after(after, [&world, ambush, act] {
    if (!ambush->over && world.heals() == ambush->heals) act(world, *ambush);
  });
}

void spring(World& world, Ambush& ambush) {
  ambush.begun = true;
  ambush.fault.begin(world);
}

void lie_in_wait(World& world, const std::shared_ptr<Ambush>& ambush) {
  world.agenda().after(1ms, [&world, ambush] {
    if (ambush->over || world.heals() != ambush->heals) return;
    if (rings_adopted(world) == ambush->adopted) return lie_in_wait(world, ambush);
    later(world, ambush, ambush->delay, spring);
    later(world, ambush, ambush->delay + ambush->length, [](World& w, Ambush& a) { a.end(w); });
  });
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

Fault ambush(const Draw& draw) {
  constexpr Fault (*kinds[])(const Draw&) = {partition, partition,    isolation, one_way_partition,
                                             kill,      clogged_link, freeze,    blackout};
  const auto ambush = std::make_shared<Ambush>();
  ambush->fault = kinds[draw.random.below(std::size(kinds))](draw);
  ambush->delay = draw.random.chance(1, 2) ? 1us : draw.up_to(50ms);
  ambush->length = draw.up_to(5s);
  return {.what = fmt::format("as soon as there is a newer ring: {}", ambush->fault.what),
          .mended = ambush->fault.mended,
          .begin =
              [ambush](World& w) {
                ambush->heals = w.heals();
                ambush->adopted = rings_adopted(w);
                lie_in_wait(w, ambush);
              },
          .end = [ambush](World& w) { ambush->end(w); }};
}

}  // namespace starling::sim
