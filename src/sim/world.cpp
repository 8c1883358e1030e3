#include "sim/world.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace starling::sim {

World::World(WorldConfig config)
    : config_(std::move(config)), random_(config_.seed), network_(agenda_, random_.fork()) {
  for (std::size_t i = 0; i < config_.hosts; ++i) {
    add_host();
    if (i + config_.spare >= config_.hosts) retired_.insert(i);
  }
}

Address World::address_of(std::size_t host) {
  return *parse_address(fmt::format("10.0.{}.{}:4702", host / 200, host % 200 + 1));
}

Host& World::add_host(std::vector<Address> seeds) {
  node::Config node = config_.node;
  node.name = fmt::format("n{}", hosts_.size());
  node.peer = address_of(hosts_.size());
  node.client = node.peer;
  node.client.port = 4701;
  node.init = seeds.empty() ? node::InitMode::never : node::InitMode::automatic;
  node.seeds = std::move(seeds);
  hosts_.push_back(std::make_unique<Host>(agenda_, network_, trace_, std::move(node), random_.fork()));
  if (config_.engine != EngineKind::memory) hosts_.back()->disk().use(config_.engine);
  return *hosts_.back();
}

void World::start_all() {
  for (auto& host : hosts_)
    if (in_service(host->index())) host->start();
}

void World::retire(HostIndex host) {
  retired_.insert(host);
  hosts_[host]->kill();
}

void World::put_to_use(HostIndex host) {
  retired_.erase(host);
  hosts_[host]->start();
}

bool World::run_until(const std::function<bool()>& condition, Duration at_most) {
  const Instant end = now() + at_most;
  while (!condition()) {
    if (now() >= end) return false;
    run_for(10ms);
  }
  return true;
}

std::optional<port::ClientReply> World::ask(std::size_t host, port::ClientRequest request) {
  struct Waiting {
    bool answered{};
    std::optional<port::ClientReply> reply;
  };
  auto waiting = std::make_shared<Waiting>();
  hosts_[host]->ask(std::move(request), [waiting](std::optional<port::ClientReply> reply) {
    waiting->answered = true;
    waiting->reply = std::move(reply);
  });
  const Instant end = now() + 30s;
  while (!waiting->answered && agenda_.step(end)) {
  }
  return waiting->reply;
}

bool World::found() {
  port::InitRequest request;
  for (const auto& host : hosts_)
    if (in_service(host->index())) request.peers.push_back(host->peer());
  const auto reply = ask(0, std::move(request));
  return reply && std::holds_alternative<port::InitReply>(*reply) && run_until([&] { return all_ready(); }, 30s);
}

void World::cut(HostIndex a, HostIndex b) {
  network_.links().block(a, b);
  network_.links().block(b, a);
}

void World::heal() {
  ++heals_;
  network_.links().mend_all();
  for (auto& host : hosts_) host->thaw();
  start_all();
}

bool World::all_ready() const {
  return std::ranges::all_of(hosts_, [this](const auto& host) { return host->ready() || !in_service(host->index()); });
}

bool World::all_see_all() {
  std::set<NodeId> running;
  for (const auto& host : hosts_)
    if (host->up()) running.insert(host->id());
  for (std::size_t host = 0; host < hosts_.size(); ++host) {
    if (!hosts_[host]->up()) continue;
    const auto reply = ask(host, port::MembersRequest{});
    const auto* members = reply ? std::get_if<port::MembersReply>(&*reply) : nullptr;
    if (!members) return false;
    std::map<NodeId, wire::MemberState> seen;
    for (const auto& member : members->members) seen[member.update.node] = member.update.state;
    for (NodeId node : running)
      if (!seen.contains(node) || seen[node] != wire::MemberState::alive) return false;
    for (const auto& other : hosts_)
      if (!running.contains(other->id()) && seen.contains(other->id()) && seen[other->id()] < wire::MemberState::dead)
        return false;
  }
  return true;
}

}  // namespace starling::sim
