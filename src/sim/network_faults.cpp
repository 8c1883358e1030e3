#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/fault_kinds.hpp"
#include "sim/world.hpp"

namespace starling::sim {

namespace {

std::int64_t ms(Duration duration) { return duration / 1ms; }

/// So much more of something that happens to so many of a thousand datagrams.
Fault weather(std::string what, std::uint32_t Weather::* share, std::uint32_t by) {
  return {.what = fmt::format("{} {} of 1000 datagrams", what, by),
          .mended = "no more",
          .begin = [share, by](World& w) { w.network().weather().*share += by; },
          .end = [share, by](World& w) { w.network().weather().*share -= by; }};
}

/// Of a cut, both ways or only outwards.
enum class Ways : std::uint8_t { out, both };

Fault cut(const Draw& draw, const std::set<HostIndex>& side, Ways ways) {
  const auto each = [n = draw.hosts, side, ways](World& w, auto act) {
    for (HostIndex a : side) {
      for (HostIndex b = 0; b < n; ++b) {
        if (side.contains(b)) continue;
        (w.network().links().*act)(a, b);
        if (ways == Ways::both) (w.network().links().*act)(b, a);
      }
    }
  };
  return {.what = fmt::format("everything {} n{} is cut", ways == Ways::both ? "to and from" : "from",
                              fmt::join(side, ", n")),
          .mended = "the cut is mended",
          .begin = [each](World& w) { each(w, &Links::block); },
          .end = [each](World& w) { each(w, &Links::unblock); }};
}

}  // namespace

Fault delay(const Draw& draw) {
  const Duration least = draw.up_to(draw.random.chance(1, 3) ? 80ms : 5ms);
  const Duration spread = draw.up_to(least);
  return {.what = fmt::format("everything takes {} to {} ms longer", ms(least), ms(least + spread)),
          .mended = "no more",
          .begin =
              [=](World& w) {
                w.network().weather().delay_min += least;
                w.network().weather().delay_spread += spread;
              },
          .end =
              [=](World& w) {
                w.network().weather().delay_min -= least;
                w.network().weather().delay_spread -= spread;
              }};
}

Fault loss(const Draw& draw) { return weather("the network loses", &Weather::loss_per_mille, draw.up_to(300)); }

Fault duplication(const Draw& draw) {
  return weather("the network doubles", &Weather::twice_per_mille, draw.up_to(300));
}

Fault corruption(const Draw& draw) {
  return weather("the network damages", &Weather::corrupt_per_mille, draw.up_to(100));
}

Fault reordering(const Draw& draw) {
  const std::uint32_t share = draw.up_to(300);
  const Duration most = draw.up_to(300ms);
  return {.what = fmt::format("{} of 1000 are late by up to {} ms", share, ms(most)),
          .mended = "no more",
          .begin =
              [=](World& w) {
                w.network().weather().late_per_mille += share;
                w.network().weather().late_max += most;
              },
          .end =
              [=](World& w) {
                w.network().weather().late_per_mille -= share;
                w.network().weather().late_max -= most;
              }};
}

Fault clogged_link(const Draw& draw) {
  const HostIndex other = draw.another_host();
  return {.what = fmt::format("the way from n{} to n{} is clogged", draw.host, other),
          .mended = "all of it arrives",
          .begin = [a = draw.host, b = other](World& w) { w.network().links().clog(a, b); },
          .end = [a = draw.host, b = other](World& w) { w.network().links().unclog(a, b); }};
}

Fault slow_link(const Draw& draw) {
  const HostIndex other = draw.another_host();
  const Duration by = draw.up_to(500ms);
  return {.what = fmt::format("the way from n{} to n{} takes {} ms longer", draw.host, other, ms(by)),
          .mended = "no more",
          .begin = [=, a = draw.host](World& w) { w.network().links().slow_down(a, other, by); },
          .end = [=, a = draw.host](World& w) { w.network().links().speed_up(a, other, by); }};
}

Fault partition(const Draw& draw) { return cut(draw, draw.some_hosts(), Ways::both); }

Fault isolation(const Draw& draw) { return cut(draw, {draw.host}, Ways::both); }

Fault one_way_partition(const Draw& draw) { return cut(draw, draw.some_hosts(), Ways::out); }

Fault broken_connections(const Draw& draw) {
  const auto act = [h = draw.host](World& w) { w.network().break_connections(h); };
  return {.what = fmt::format("all connections of n{} break", draw.host),
          .mended = "and once more",
          .begin = act,
          .end = act};
}

}  // namespace starling::sim
