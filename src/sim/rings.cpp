#include "sim/rings.hpp"

namespace starling::sim {

std::optional<ring::Ring> ring_at(World& world, HostIndex host) {
  const auto reply = world.ask(host, port::RingRequest{});
  const auto* found = reply ? std::get_if<port::RingReply>(&*reply) : nullptr;
  auto ring = found ? ring::decode_ring(found->ring) : fail(ErrorCode::unavailable, "");
  return ring ? std::optional(*std::move(ring)) : std::nullopt;
}

std::optional<ring::Ring> ring_of(World& world) {
  for (HostIndex host = 0; host < world.hosts(); ++host)
    if (world.host(host).ready())
      if (auto ring = ring_at(world, host)) return ring;
  return std::nullopt;
}

std::optional<ring::Ring> newest_ring(World& world) {
  std::optional<ring::Ring> newest;
  for (HostIndex host = 0; host < world.hosts(); ++host) {
    if (!world.in_service(host)) continue;
    auto ring = ring_at(world, host);
    if (ring && (!newest || ring->epoch() > newest->epoch())) newest = std::move(ring);
  }
  return newest;
}

}  // namespace starling::sim
