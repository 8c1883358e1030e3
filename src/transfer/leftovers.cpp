#include "transfer/leftovers.hpp"

#include <algorithm>
#include <utility>

#include "base/planted.hpp"
#include "transfer/views.hpp"

namespace starling::transfer {

namespace {

constexpr std::size_t views_per_offer = 128;

}  // namespace

void Leftovers::look(Step& step) {
  graceful_ = step.view.ring.find(self_) != nullptr;
  offers_.clear();
  listing_ = step.store(storage::ListPartitions{});
}

void Leftovers::make_room(const ring::Ring& next, Step& step) {
  for (auto& [partition, leftover] : partitions_)
    if (next.owns(self_, partition) && leftover.handed_over_at && !leftover.going) drop(partition, step);
}

void Leftovers::on_peer_lost(NodeId peer) {
  for (auto& [partition, leftover] : partitions_) leftover.covered_by.erase(peer);
}

std::optional<Instant> Leftovers::due() const {
  if (partitions_.empty()) return std::nullopt;
  if (!dropping_.empty() || !drop_wanted_) return next_;
  return std::min(next_, std::max(next_drop_, *drop_wanted_));
}

void Leftovers::on_timer(Step& step) {
  drop_next(step);
  if (partitions_.empty() || step.view.now < next_) return;
  next_ = step.view.now + step.config.leftover_period;
  std::vector<PartitionId> kept;
  for (auto& [partition, leftover] : partitions_) {
    if (leftover.going) continue;
    kept.push_back(partition);
    const bool handed_over = is_handed_over(partition, leftover, step.view);
    if (!handed_over) leftover.handed_over_at.reset();
    if (handed_over && !leftover.handed_over_at) leftover.handed_over_at = step.view.now;
  }
  drop_next(step);
  if (!kept.empty() && !surveying_) surveying_ = step.store(storage::Survey{std::move(kept)});
}

/// One at a time, and then as much time for everybody else as it took four times: each is a transaction of its own,
/// and a large one.
void Leftovers::drop_next(Step& step) {
  drop_wanted_.reset();
  const Duration grace = graceful_ ? step.config.leftover_grace : Duration::zero();
  for (const auto& [partition, leftover] : partitions_) {
    if (leftover.going || !leftover.handed_over_at) continue;
    const Instant from = *leftover.handed_over_at + grace;
    if (!drop_wanted_ || from < *drop_wanted_) drop_wanted_ = from;
    if (!dropping_.empty() || step.view.now < std::max(next_drop_, from)) continue;
    drop(partition, step);
    return;
  }
}

/// Whoever cannot be reached will get it from those who can.
bool Leftovers::is_handed_over(PartitionId partition, const Leftover& leftover, const View& view) const {
  if (planted(Bug::dropped_before_handed_over)) return true;
  const auto owners = view.ring.preference_list(partition);
  std::size_t covered = 0;
  for (const NodeId owner : owners) {
    if (leftover.covered_by.contains(owner))
      ++covered;
    else if (view.peers.reachable(owner))
      return false;
  }
  return covered >= owners.size() / 2 + 1;
}

void Leftovers::drop(PartitionId partition, Step& step) {
  partitions_.at(partition).going = true;
  const auto tokens = step.tokens_of(partition);
  dropping_.emplace(step.store(storage::DropPartition{partition, tokens.first, tokens.last}),
                    Drop{partition, step.view.now});
}

bool Leftovers::on_storage(port::Ticket ticket, Result<storage::Answer>& answer, Step& step) {
  if (ticket == listing_) {
    listing_.reset();
    if (!answer) return true;
    known_ = true;
    const ring::Ring& ring = step.view.ring;
    std::map<PartitionId, Leftover> left;
    for (const PartitionId partition : expect<storage::ListPartitionsAnswer>(*answer).partitions)
      if (partition.value >= ring.partitions() || !ring.owns(self_, partition))
        left[partition] = std::move(partitions_[partition]);
    partitions_ = std::move(left);
    next_ = step.view.now;
    return true;
  }
  if (ticket == surveying_) {
    surveying_.reset();
    if (answer) offer(expect<storage::SurveyAnswer>(*answer), step);
    return true;
  }
  const auto dropped = dropping_.extract(ticket);
  if (dropped.empty()) return false;
  const Duration took = step.view.now - dropped.mapped().since;
  next_drop_ = step.view.now + std::max(4 * took, Duration(1ms));
  const auto it = partitions_.find(dropped.mapped().partition);
  if (it == partitions_.end()) return true;
  if (answer)
    partitions_.erase(it);
  else
    it->second.going = false;
  drop_next(step);
  return true;
}

/// Damaged rows go, also where others have all of the partition: a hint for one could never be delivered.
void Leftovers::offer(storage::SurveyAnswer& ours, Step& step) {
  std::map<NodeId, std::vector<wire::RepairView>> offers;
  for (const auto& survey : ours.partitions) {
    const auto it = partitions_.find(survey.partition);
    if (it == partitions_.end() || it->second.going) continue;
    const auto tokens = step.tokens_of(survey.partition);
    if (survey.damaged) step.store(storage::Recover{survey.partition, tokens.first, tokens.last});
    if (survey.damaged || it->second.handed_over_at) continue;
    for (const NodeId owner : step.view.ring.preference_list(survey.partition))
      if (!it->second.covered_by.contains(owner) && step.view.peers.reachable(owner) &&
          offers[owner].size() < views_per_offer)
        offers[owner].push_back(to_wire(survey));
  }
  for (auto& [owner, views] : offers)
    if (!views.empty()) {
      const wire::RequestId request = *offers_.insert(step.next_request()).first;
      step.out.send(
          owner, wire::LeftoverOffer{.request = request, .epoch = step.view.ring.epoch(), .views = std::move(views)});
    }
}

void Leftovers::on_reply(NodeId from, const wire::LeftoverReply& reply, Step& step) {
  if (offers_.erase(reply.request) == 0) return;
  for (const PartitionId partition : reply.covered)
    if (const auto it = partitions_.find(partition); it != partitions_.end()) it->second.covered_by.insert(from);
  if (!reply.covered.empty()) next_ = std::min(next_, step.view.now);
}

std::size_t Leftovers::not_handed_over() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(partitions_, [](const auto& one) { return !one.second.handed_over_at; }));
}

}  // namespace starling::transfer
