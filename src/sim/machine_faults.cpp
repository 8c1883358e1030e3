#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "sim/fault_kinds.hpp"
#include "sim/world.hpp"

namespace starling::sim {

namespace {

/// A disk that is ill for a time. Its node may have stopped itself, and is then started again.
Fault ill_disk(const Draw& draw, std::string_view what, Ailment ailment) {
  return {.what = fmt::format("the disk of n{} {}", draw.host, what),
          .mended = "it works again",
          .begin = [h = draw.host, ailment](World& w) { w.host(h).disk().ail(ailment); },
          .end =
              [h = draw.host](World& w) {
                w.host(h).disk().ail(Ailment::none);
                w.host(h).start();
              }};
}

/// Something is done to a machine, and later its process is started.
Fault until_started(HostIndex host, std::string what, std::function<void(World&)> begin) {
  return {.what = std::move(what),
          .mended = fmt::format("n{} starts", host),
          .begin = std::move(begin),
          .end = [host](World& w) { w.host(host).start(); }};
}

}  // namespace

Fault slow_disk(const Draw& draw) {
  const std::uint32_t share = draw.up_to(500);
  const Duration most = draw.up_to(800ms);
  const auto add = [=, h = draw.host](World& w, int sign) {
    DiskSpeed& speed = w.host(h).disk().speed();
    speed.slow_per_mille += static_cast<std::uint32_t>(sign) * share;
    speed.slow_max += sign * most;
  };
  return {.what = fmt::format("{} of 1000 commits of n{} take up to {} ms longer", share, draw.host, most / 1ms),
          .mended = "no more",
          .begin = [add](World& w) { add(w, 1); },
          .end = [add](World& w) { add(w, -1); }};
}

Fault stalled_disk(const Draw& draw) {
  return {.what = fmt::format("the disk of n{} does nothing", draw.host),
          .mended = "it goes on",
          .begin = [h = draw.host, length = draw.length()](World& w) { w.host(h).disk().stall(length); },
          .end = [](World&) {}};
}

Fault failing_disk(const Draw& draw) { return ill_disk(draw, "fails to write", Ailment::failing_writes); }

Fault full_disk(const Draw& draw) { return ill_disk(draw, "is full", Ailment::full); }

Fault unreadable_disk(const Draw& draw) { return ill_disk(draw, "fails to read", Ailment::failing_reads); }

Fault kill(const Draw& draw) {
  return until_started(draw.host, fmt::format("n{} is killed", draw.host),
                       [h = draw.host](World& w) { w.host(h).kill(); });
}

Fault restart(const Draw& draw) {
  return until_started(draw.host, fmt::format("n{} is asked to stop", draw.host),
                       [h = draw.host](World& w) { w.host(h).ask_to_stop(); });
}

Fault blackout(const Draw& draw) {
  std::set<HostIndex> dark = draw.some_hosts();
  if (draw.random.chance(1, 2))
    for (HostIndex host = 0; host < draw.hosts; ++host) dark.insert(host);
  return {.what = fmt::format("the power fails at n{}", fmt::join(dark, ", n")),
          .mended = "it is back",
          .begin =
              [dark](World& w) {
                for (HostIndex host : dark) w.host(host).kill();
              },
          .end =
              [dark](World& w) {
                for (HostIndex host : dark) w.host(host).start();
              }};
}

Fault freeze(const Draw& draw) {
  return {.what = fmt::format("n{} is frozen", draw.host),
          .mended = "it is thawed",
          .begin = [h = draw.host](World& w) { w.host(h).freeze(); },
          .end = [h = draw.host](World& w) { w.host(h).thaw(); }};
}

Fault move(const Draw& draw) {
  Address elsewhere = World::address_of(draw.host);
  elsewhere.port = static_cast<std::uint16_t>(5000 + draw.random.below(1000));
  return until_started(draw.host, fmt::format("n{} is killed, to move to {}", draw.host, to_string(elsewhere)),
                       [h = draw.host, elsewhere](World& w) {
                         w.host(h).kill();
                         w.host(h).move_to(elsewhere);
                       });
}

Fault wipe(const Draw& draw) {
  return until_started(draw.forgetful, fmt::format("n{} is killed, and its directory wiped", draw.forgetful),
                       [h = draw.forgetful](World& w) {
                         w.host(h).kill();
                         w.host(h).disk().wipe();
                         w.note({.host = h, .until = w.now(), .shows = w.now(), .silent = true});
                       });
}

Fault restore(const Draw& draw) {
  const auto copy = std::make_shared<DirectoryCopy>();
  return {.what = fmt::format("a copy is made of the directory of n{}", draw.forgetful),
          .mended = fmt::format("n{} is killed, and starts from that copy", draw.forgetful),
          .begin = [h = draw.forgetful, copy](World& w) { *copy = w.host(h).disk().copy(); },
          .end =
              [h = draw.forgetful, copy, since = draw.begins](World& w) {
                w.host(h).kill();
                w.host(h).disk().restore(*copy);
                w.note({.host = h, .since = since, .until = w.now(), .shows = w.now()});
                w.host(h).start();
              }};
}

Fault clone(const Draw& draw) {
  return {.what = fmt::format("n{} starts from a copy of the directory of n{}", draw.spare, draw.forgetful),
          .mended = fmt::format("n{} is taken away, n{} starts if it had stopped", draw.spare, draw.forgetful),
          .begin =
              [h = draw.forgetful, spare = draw.spare, until = draw.ends](World& w) {
                w.retire(spare);
                w.host(spare).disk().restore(w.host(h).disk().copy());
                w.note({.host = h, .since = w.now(), .until = until, .shows = w.now()});
                w.put_to_use(spare);
              },
          .end =
              [h = draw.forgetful, spare = draw.spare](World& w) {
                w.retire(spare);
                w.host(h).start();
              }};
}

Fault drift(const Draw& draw) {
  const std::uint32_t most = draw.random.chance(1, 2) ? 500 : draw.random.chance(1, 2) ? 20'000 : 300'000;
  const std::int64_t size = draw.up_to(most);
  const std::int64_t ppm = draw.random.chance(1, 2) ? size : -size;
  return {.what = fmt::format("the clock of n{} goes {} millionths too {}", draw.host, size, ppm > 0 ? "fast" : "slow"),
          .mended = "no more",
          .begin = [h = draw.host, ppm](World& w) { w.host(h).clock().drift(ppm); },
          .end = [h = draw.host, ppm](World& w) { w.host(h).clock().drift(-ppm); }};
}

Fault wall_jump(const Draw& draw) {
  constexpr std::chrono::milliseconds year = std::chrono::hours(24 * 365);
  const auto size = draw.random.chance(1, 2) ? year : std::chrono::milliseconds(draw.up_to(60s) / 1ms);
  const auto by = draw.random.chance(1, 2) ? size : -size;
  const bool asleep = draw.random.chance(1, 2);
  const auto jump = [h = draw.host, asleep](World& w, std::chrono::milliseconds way) {
    if (asleep) w.host(h).kill();
    w.host(h).clock().jump(way);
    w.host(h).start();
  };
  return {.what = fmt::format("the wall clock of n{} jumps by {} ms{}", draw.host, by.count(),
                              asleep ? " between two lives" : ""),
          .mended = "it jumps back",
          .begin = [jump, by](World& w) { jump(w, by); },
          .end = [jump, by](World& w) { jump(w, -by); }};
}

}  // namespace starling::sim
