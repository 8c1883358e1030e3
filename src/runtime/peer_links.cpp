#include "runtime/peer_links.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace starling::runtime {

namespace {
constexpr Duration first_pause = 50ms;
constexpr Duration longest_pause = 5s;
/// A dial that the other end did not want is followed by its own: until then, frames wait.
constexpr Duration unwanted_pause_max = 400ms;
/// Two links of one pair that came up within so long are a race; later, the newer one replaces
/// one that the other end has lost.
constexpr Duration race = 5s;
constexpr Duration complain_again = 1min;
constexpr std::size_t complaints_max = 1000;
constexpr std::size_t waiting_bytes_max = 64 * 1024 * 1024;
constexpr std::size_t unknown_per_address_max = 64;
constexpr std::size_t links_max = 8192;
}  // namespace

PeerLinks::PeerLinks(Loop& loop, WriteQueue& queue, EventSink& sink, Log& log, wire::Hello ours)
    : loop_(loop), queue_(queue), sink_(sink), log_(log), ours_(ours) {}

PeerLinks::~PeerLinks() = default;

Result<> PeerLinks::listen(const Address& at) {
  auto listener = Listener::open(loop_, at, "peers", [this](uv_stream_t* stream) { take_in(stream); });
  if (!listener) return std::unexpected(listener.error());
  listener_ = std::move(*listener);
  return {};
}

void PeerLinks::introduce(NodeId node, const Address& address) {
  Peer& peer = peers_[node];
  if (peer.address != address) {
    peer.address = address;
    if (peer.link != nullptr && peer.link->theirs().peer != address) drop(*peer.link, "it has moved");
  }
  // Somebody has news of it: no reason to go on waiting.
  if (peer.told_disconnected) peer.next_dial = loop_.now();
}

void PeerLinks::join(ClusterId cluster) {
  ours_.cluster = cluster;
  for (auto& link : links_)
    if (link->up() && !wire::check(ours_, link->theirs())) drop(*link, "it belongs to another cluster");
}

void PeerLinks::send(NodeId to, const wire::Message& message) {
  Peer& peer = peers_[to];
  if (peer.link != nullptr) {
    const std::size_t bytes = peer.link->send(message);
    traffic_.count(message, bytes);
    if (bytes == 0) drop(*peer.link, "it does not take what we send");
    return;
  }
  const bool is_coming = peer.dialled != nullptr || peer.awaited;
  const bool may_wait = is_coming || (peer.address && loop_.now() >= peer.next_dial);
  if (!may_wait || peer.waiting.size() > waiting_bytes_max) return tell_disconnected(to, peer);
  traffic_.count(message, PeerLink::append_frame(message, peer.waiting));
  if (!is_coming) dial(to, peer);
}

void PeerLinks::send(const Address& to, const wire::Message& message) {
  for (auto& [node, peer] : peers_)
    if (peer.link != nullptr && peer.link->theirs().peer == to) return send(node, message);
  Stranger& stranger = strangers_[to];
  if (stranger.waiting.size() > waiting_bytes_max) return;
  traffic_.count(message, PeerLink::append_frame(message, stranger.waiting));
  if (stranger.dialled == nullptr) stranger.dialled = dial(to);
  if (stranger.dialled == nullptr) strangers_.erase(to);
}

void PeerLinks::tick() {
  const Instant now = loop_.now();
  for (std::size_t i = 0; i < links_.size(); ++i)
    if (const auto why = links_[i]->overdue(now)) drop(*links_[i], *why);
  for (auto& [node, peer] : peers_) {
    const bool idle = peer.link == nullptr && peer.dialled == nullptr;
    const bool missed = peer.told_disconnected || !peer.waiting.empty();
    if (idle && missed && peer.address && now >= peer.next_dial) dial(node, peer);
  }
  bury();
}

std::size_t PeerLinks::links_up() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(peers_, [](const auto& entry) { return entry.second.link != nullptr; }));
}

bool PeerLinks::wants(PeerLink& link) {
  if (is_lost(link)) return false;  // its hello has come between our giving it up and its burial
  const NodeId node = link.theirs().node;
  if (node == ours_.node) {
    log_.warning(fmt::format("{} is this node itself, or a copy of its data directory", to_string(link.remote())));
    return false;
  }
  Peer& peer = peers_[node];
  // We dial it and it dials us: of the two, the smaller id's connection is kept.
  if (peer.dialled != nullptr && peer.dialled != &link && !link.dialled() && ours_.node < node) return false;
  if (peer.link == nullptr || prefers(link, *peer.link)) return true;
  peer.link->send_frames(claim_waiting(link));
  return false;
}

bool PeerLinks::prefers(const PeerLink& candidate, const PeerLink& present) const {
  if (candidate.theirs().generation != present.theirs().generation)
    return candidate.theirs().generation > present.theirs().generation;
  if (candidate.dialled() == present.dialled() || loop_.now() - present.up_since() > race) return true;
  const NodeId dialler = candidate.dialled() ? ours_.node : candidate.theirs().node;
  return dialler == std::min(ours_.node, candidate.theirs().node);
}

void PeerLinks::on_up(PeerLink& link) {
  const NodeId node = link.theirs().node;
  Bytes waiting = claim_waiting(link);
  Peer& peer = peers_[node];
  if (peer.dialled != nullptr) drop(*std::exchange(peer.dialled, nullptr), "the other end dialled too");
  if (PeerLink* old = std::exchange(peer.link, &link)) {
    const bool reborn = old->theirs().generation != link.theirs().generation;
    old->close();
    if (reborn) tell_disconnected(node, peer);
  }
  if (!peer.address) peer.address = link.theirs().peer;
  peer.pause = Duration::zero();
  peer.told_disconnected = false;
  peer.awaited = false;
  link.send_frames(peer.waiting);
  link.send_frames(waiting);
  peer.waiting = Bytes();
  log_.debug(fmt::format("connected with node {} at {}", to_string(node), to_string(link.theirs().peer)));
  sink_.handle(port::PeerConnected{node, link.theirs().peer});
}

/// The frames that waited for exactly this dial, whoever it was meant for.
Bytes PeerLinks::claim_waiting(PeerLink& link) {
  for (auto& [node, peer] : peers_) {
    if (peer.dialled != &link) continue;
    peer.dialled = nullptr;
    if (node == link.theirs().node) continue;
    // Somebody else answers at the address that we know for it.
    dial_failed(node, peer, false);
  }
  const auto stranger = strangers_.find(link.remote());
  if (stranger == strangers_.end() || stranger->second.dialled != &link) return {};
  Bytes waiting = std::move(stranger->second.waiting);
  strangers_.erase(stranger);
  return waiting;
}

void PeerLinks::on_message(PeerLink& link, wire::Message message) {
  sink_.handle(port::MessageArrived{link.theirs().node, std::move(message)});
}

void PeerLinks::on_refused(PeerLink& link, const Error& error) {
  const auto kind = error.code == ErrorCode::wrong_cluster ? port::NoticeKind::wrong_cluster_seen
                                                           : port::NoticeKind::message_malformed;
  // Whoever is refused comes again and again: one line a minute will do.
  if (complaints_.size() >= complaints_max) complaints_.clear();
  Instant& next = complaints_[{link.theirs().node, link.remote().ip}];
  const bool told_lately = loop_.now() < next;
  if (!told_lately) next = loop_.now() + complain_again;
  log_.notice({kind, told_lately ? port::Severity::count : port::Severity::warning, link.theirs().node,
               fmt::format("peer connection with {} refused: {}", to_string(link.remote()), error.message)});
}

void PeerLinks::on_link_lost(PeerLink& link, std::string_view why) {
  if (is_lost(link)) return;
  lost_.push_back(&link);
  for (auto& [node, peer] : peers_) {
    if (peer.dialled == &link) {
      peer.dialled = nullptr;
      log_.debug(fmt::format("no connection to node {} at {}: {}", to_string(node), to_string(link.remote()), why));
      dial_failed(node, peer, link.unwanted());
    } else if (peer.link == &link) {
      peer.link = nullptr;
      peer.next_dial = loop_.now() + first_pause;
      log_.info(
          fmt::format("connection to node {} at {} lost: {}", to_string(node), to_string(link.theirs().peer), why));
      tell_disconnected(node, peer);
    }
  }
  const auto stranger = strangers_.find(link.remote());
  if (stranger != strangers_.end() && stranger->second.dialled == &link) strangers_.erase(stranger);
}

void PeerLinks::take_in(uv_stream_t* listener) {
  bury();
  auto link = std::make_unique<PeerLink>(loop_, queue_, *this, ours_);
  if (!link->accept(listener)) return;
  const auto unknown = std::ranges::count_if(
      links_, [&](const auto& other) { return !other->up() && other->remote().ip == link->remote().ip; });
  if (static_cast<std::size_t>(unknown) >= unknown_per_address_max || links_.size() >= links_max) {
    log_.warning(fmt::format("peer connection from {} refused: too many", to_string(link->remote())));
    return;
  }
  links_.push_back(std::move(link));
}

PeerLink* PeerLinks::dial(const Address& to) {
  auto link = std::make_unique<PeerLink>(loop_, queue_, *this, ours_);
  if (!link->dial(to)) return nullptr;
  links_.push_back(std::move(link));
  return links_.back().get();
}

void PeerLinks::dial(NodeId node, Peer& peer) {
  peer.awaited = false;
  peer.dialled = dial(peer.address);
  if (peer.dialled == nullptr) dial_failed(node, peer, false);
}

void PeerLinks::dial_failed(NodeId node, Peer& peer, bool unwanted) {
  peer.pause = std::clamp(peer.pause * 2, first_pause, longest_pause);
  peer.next_dial = loop_.now() + peer.pause;
  peer.awaited = unwanted && peer.pause <= unwanted_pause_max;
  if (peer.awaited) return;
  peer.waiting = Bytes();
  tell_disconnected(node, peer);
}

void PeerLinks::tell_disconnected(NodeId node, Peer& peer) {
  peer.told_disconnected = true;
  sink_.handle(port::PeerDisconnected{node});
}

void PeerLinks::drop(PeerLink& link, std::string_view why) { on_link_lost(link, why); }

bool PeerLinks::is_lost(const PeerLink& link) const { return std::ranges::find(lost_, &link) != lost_.end(); }

/// Destroying a link closes its socket. Not in the middle of one of its own calls.
void PeerLinks::bury() {
  std::erase_if(links_, [this](const auto& link) { return is_lost(*link); });
  lost_.clear();
}

}  // namespace starling::runtime
