#include "transfer/arrivals.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "base/planted.hpp"

namespace starling::transfer {

namespace {

/// Each waits for the other side or for the disk most of the time; and where partitions are small, so are their pages,
/// and it takes many of them to make one commit worth its while.
constexpr std::size_t lanes = 24;
constexpr std::size_t busy_lanes = 2;  ///< begin something new while others ask something of this node
/// Whoever has just come does not know yet whether others will ask something of it: so long it listens first.
constexpr Duration listening = 30ms;

/// Among so many of the present replicas is at least one that has acknowledged, whatever majority has.
std::size_t enough_others(std::span<const NodeId> present) {
  const std::size_t majority = present.size() / 2 + 1;
  return planted(Bug::transfer_from_one) ? 1 : present.size() - majority + 1;
}

bool complete(const ring::Ring& ring, PartitionId partition, const std::set<NodeId>& fetched_from) {
  const auto leaver = ring.leaver(partition);
  if (leaver && fetched_from.contains(*leaver)) return true;
  return fetched_from.size() >= enough_others(ring.write_lists(partition)[0]);
}

}  // namespace

Arrivals::Arrivals(NodeId self, const Config& config) : self_(self), pace_(config.rate) {
  const Pull::Manner manner{Pull::Purpose::transfer, config.page_bytes, config.quiet_page_bytes, config.patience};
  lanes_.assign(lanes, Lane{Pull(manner), {}});
}

void Arrivals::on_ring(Step& step) {
  const ring::Ring& ring = step.view.ring;
  if (std::exchange(epoch_, ring.epoch()) == ring.epoch()) return;
  for (Lane& lane : lanes_) {
    lane.pull.give_up();
    lane.partition.reset();
  }
  expected_.clear();
  open_.clear();
  retry_at_.clear();
  held_ = 0;
  if (ring.stage() != ring::Stage::read_old) return;
  rows_before_ += rows();
  bytes_before_ += bytes();
  pace_.wait_for(listening, step.view.now);
  for (const PartitionId partition : ring.moving_partitions()) {
    const auto fetchers = ring.fetchers(partition);
    if (std::ranges::find(fetchers, step.self) == fetchers.end()) continue;
    open_.insert(partition);
    Arrival& arrival = expected_[partition];
    if (ring.newcomer(partition) != step.self) arrival.fetched_from.insert(step.self);
  }
}

void Arrivals::start_over(const std::vector<PartitionId>& partitions) {
  for (const PartitionId partition : partitions) {
    const auto it = expected_.find(partition);
    if (it == expected_.end()) continue;
    held_ -= it->second.held ? 1 : 0;
    it->second = {};
    retry_at_.erase(partition);
    if (!is_on_a_lane(partition)) open_.insert(partition);
  }
}

void Arrivals::on_peer_lost(NodeId peer) {
  for (Lane& lane : lanes_) {
    if (!lane.partition || lane.pull.peer() != peer) continue;
    lane.pull.give_up();
    open_.insert(*std::exchange(lane.partition, std::nullopt));
  }
  // It may come back with an older directory: what it had said it had, it must have said in this life.
  for (auto& [partition, arrival] : expected_)
    if (!arrival.held) arrival.fetched_from.erase(peer);
}

std::optional<NodeId> Arrivals::source_of(PartitionId partition, const Arrival& arrival, const View& view) const {
  const auto present = view.ring.write_lists(partition)[0];
  const auto may_give = [&](NodeId node) {
    return node != self_ && !arrival.fetched_from.contains(node) && view.peers.reachable(node);
  };
  if (const auto leaver = view.ring.leaver(partition); leaver && may_give(*leaver)) return leaver;
  const auto found = std::ranges::find_if(present, may_give);
  return found == present.end() ? std::nullopt : std::optional(*found);
}

bool Arrivals::misses(PartitionId partition) const {
  const auto it = expected_.find(partition);
  return it != expected_.end() && !it->second.held;
}

bool Arrivals::is_on_a_lane(PartitionId partition) const {
  return std::ranges::any_of(lanes_, [&](const Lane& lane) { return lane.partition == partition; });
}

void Arrivals::go_on(Step& step) {
  if (open_.empty()) return;
  auto next = open_.begin();
  for (Lane& lane : std::span(lanes_).first(step.view.quiet() ? lanes : busy_lanes)) {
    if (lane.partition) continue;
    for (; next != open_.end(); ++next)
      if (const auto source = source_of(*next, expected_.at(*next), step.view)) {
        lane.partition = *next;
        lane.pull.begin({*source, *next}, std::nullopt, step);
        next = open_.erase(next);
        break;
      }
  }
}

std::optional<Instant> Arrivals::due() const {
  std::optional<Instant> due;
  const auto sooner = [&](Instant at) { due = due ? std::min(*due, at) : at; };
  for (const Lane& lane : lanes_)
    if (const auto at = lane.pull.due(pace_); lane.partition && at) sooner(*at);
  for (const auto& [partition, at] : retry_at_) sooner(at);
  return due;
}

void Arrivals::on_timer(Step& step) {
  for (Lane& lane : lanes_) {
    const auto due = lane.pull.due(pace_);
    if (!lane.partition || !due || *due > step.view.now) continue;
    lane.pull.on_timer(pace_, step);
    if (lane.pull.idle()) heed(lane, Pull::Progress::failed, step);
  }
  std::erase_if(retry_at_, [&](const auto& entry) {
    if (entry.second > step.view.now) return false;
    open_.insert(entry.first);
    return true;
  });
  go_on(step);
}

bool Arrivals::on_storage(port::Ticket ticket, Result<storage::Answer>& answer, Step& step) {
  return hand_to_lane([&](Pull& pull) { return pull.on_storage(ticket, answer, pace_, step); }, step);
}

bool Arrivals::on_reply(NodeId from, wire::PullReply& reply, Step& step) {
  return hand_to_lane([&](Pull& pull) { return pull.on_reply(from, reply, pace_, step); }, step);
}

template <class Take>
bool Arrivals::hand_to_lane(Take take, Step& step) {
  for (Lane& lane : lanes_) {
    if (!lane.partition) continue;
    const auto progress = take(lane.pull);
    if (progress == Pull::Progress::not_mine) continue;
    heed(lane, progress, step);
    return true;
  }
  return false;
}

void Arrivals::heed(Lane& lane, Pull::Progress progress, Step& step) {
  if (progress == Pull::Progress::under_way) return;
  const PartitionId partition = *std::exchange(lane.partition, std::nullopt);
  const auto it = expected_.find(partition);
  if (it == expected_.end()) return;
  Arrival& arrival = it->second;
  if (progress != Pull::Progress::done) {
    retry_at_[partition] = step.view.now + step.config.retry;
    return;
  }
  arrival.fetched_from.insert(lane.pull.peer());
  if (!complete(step.view.ring, partition, arrival.fetched_from)) {
    open_.insert(partition);
  } else if (!std::exchange(arrival.held, true)) {
    ++held_;
  }
}

std::uint64_t Arrivals::rows() const {
  std::uint64_t rows = 0;
  for (const Lane& lane : lanes_) rows += lane.pull.rows();
  return rows - rows_before_;
}

std::uint64_t Arrivals::bytes() const {
  std::uint64_t bytes = 0;
  for (const Lane& lane : lanes_) bytes += lane.pull.bytes();
  return bytes - bytes_before_;
}

std::vector<NodeId> Arrivals::waits_for(const View& view) const {
  std::set<NodeId> missed;
  for (const PartitionId partition : open_) {
    const Arrival& arrival = expected_.at(partition);
    if (source_of(partition, arrival, view)) continue;
    const auto present = view.ring.write_lists(partition)[0];
    for (const NodeId node : present)
      if (node != self_ && !arrival.fetched_from.contains(node)) missed.insert(node);
  }
  return {missed.begin(), missed.end()};
}

}  // namespace starling::transfer
