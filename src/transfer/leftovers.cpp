#include "transfer/leftovers.hpp"

#include <algorithm>
#include <utility>

#include "base/planted.hpp"
#include "port/rest.hpp"
#include "transfer/views.hpp"

namespace starling::transfer {

namespace {

constexpr std::size_t views_per_offer = 128;

}  // namespace

void Leftovers::look(Step& step) {
  graceful_ = true;
  offers_.clear();
  wanted_back_.clear();
  listing_ = step.store(storage::ListPartitions{});
}

void Leftovers::make_room(const ring::Ring& next, Step& step) {
  const auto ours = next.partitions_of(self_);
  wanted_back_ = {ours.begin(), ours.end()};
  drop_next(step);
}

/// What has not been handed over stays, and is ours again with all that we knew of it.
bool Leftovers::has_room() const {
  return known_by_now() && std::ranges::none_of(wanted_back_, [this](PartitionId partition) {
           const auto it = partitions_.find(partition);
           return it != partitions_.end() && (it->second.going || it->second.handed_over_at);
         });
}

bool Leftovers::has(PartitionId partition) const {
  const auto it = partitions_.find(partition);
  return it != partitions_.end() && !it->second.going;
}

void Leftovers::on_peer_lost(NodeId peer) {
  for (auto& [partition, leftover] : partitions_) leftover.covered_by.erase(peer);
}

std::optional<Instant> Leftovers::due() const {
  if (partitions_.empty()) return std::nullopt;
  if (dropping_ || !drop_wanted_) return next_;
  return std::min(next_, std::max(next_drop_, *drop_wanted_));
}

void Leftovers::on_timer(Step& step) {
  drop_next(step);
  if (partitions_.empty() || step.view.now < next_) return;
  next_ = step.view.now + step.config.leftover_period;
  const bool check = step.view.now >= next_check_;
  if (check) next_check_ = step.view.now + step.config.leftover_check;
  std::vector<PartitionId> looked_at;
  for (auto& [partition, leftover] : partitions_) {
    const bool ours_again = wanted_back_.contains(partition) && !leftover.handed_over_at;
    if (leftover.going || ours_again) continue;
    const bool handed_over = is_handed_over(partition, leftover, step.view);
    if (!handed_over) leftover.handed_over_at.reset();
    if (handed_over && !leftover.handed_over_at) leftover.handed_over_at = step.view.now;
    if (check || !handed_over) looked_at.push_back(partition);
  }
  drop_next(step);
  if (!looked_at.empty() && !surveying_) surveying_ = step.store(storage::Survey{std::move(looked_at)});
}

/// One piece of one partition at a time, and then time for everybody else.
void Leftovers::drop_next(Step& step) {
  drop_wanted_.reset();
  if (dropping_) return;
  PartitionId next;
  for (const auto& [partition, leftover] : partitions_) {
    const auto at = goes_at(partition, leftover, step);
    if (!at || (drop_wanted_ && *drop_wanted_ <= *at)) continue;
    drop_wanted_ = at;
    next = partition;
  }
  if (drop_wanted_ && step.view.now >= std::max(next_drop_, *drop_wanted_)) drop(next, step);
}

/// What has begun to go goes on, and nobody changes their mind about what is wanted back already.
std::optional<Instant> Leftovers::goes_at(PartitionId partition, const Leftover& leftover, const Step& step) const {
  if (leftover.going) return Instant{};
  if (!leftover.handed_over_at) return std::nullopt;
  if (wanted_back_.contains(partition)) return Instant{};
  return *leftover.handed_over_at + (graceful_ ? step.config.leftover_grace : Duration::zero());
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
  const bool first = !std::exchange(partitions_.at(partition).going, true);
  const auto tokens = step.tokens_of(partition);
  const auto ticket = step.store(storage::DropPartition{partition, tokens.first, tokens.last, step.config.drop_rows});
  dropping_ = Drop{ticket, partition, step.view.now, first};
}

bool Leftovers::on_storage(port::Ticket ticket, Result<storage::Answer>& answer, Step& step) {
  if (ticket == listing_) {
    listing_.reset();
    if (answer) on_listed(expect<storage::ListPartitionsAnswer>(*answer), step);
  } else if (ticket == surveying_) {
    surveying_.reset();
    if (answer) offer(expect<storage::SurveyAnswer>(*answer), step);
  } else if (dropping_ && ticket == dropping_->ticket) {
    on_dropped(*std::exchange(dropping_, std::nullopt), answer, step);
  } else {
    return false;
  }
  return true;
}

void Leftovers::on_listed(const storage::ListPartitionsAnswer& list, Step& step) {
  known_ = true;
  const ring::Ring& ring = step.view.ring;
  const std::set<PartitionId> going(list.going.begin(), list.going.end());
  std::map<PartitionId, Leftover> left;
  for (const PartitionId partition : list.partitions) {
    Leftover leftover = std::move(partitions_[partition]);
    leftover.going |= going.contains(partition);
    if (leftover.going || partition.value >= ring.partitions() || !ring.owns(self_, partition))
      left[partition] = std::move(leftover);
  }
  partitions_ = std::move(left);
  next_ = step.view.now;
}

void Leftovers::on_dropped(const Drop& drop, Result<storage::Answer>& answer, Step& step) {
  next_drop_ = step.view.now + (answer ? pause_after(drop, step.view) : step.config.leftover_period);
  const auto it = partitions_.find(drop.partition);
  if (it == partitions_.end()) return;
  if (!answer)
    it->second.going = !drop.first;
  else if (!expect<storage::DropPartitionAnswer>(*answer).more)
    partitions_.erase(it);
  drop_next(step);
}

/// Each piece is a transaction of its own. Where a ring waits for it, or somebody who would like to make one, others
/// get as much time as it has.
Duration Leftovers::pause_after(const Drop& drop, const View& view) const {
  if (view.quiet()) return Duration::zero();
  const Duration took = view.now - drop.since;
  const bool awaited = !graceful_ || wanted_back_.contains(drop.partition);
  return awaited ? port::rest_after(took, 1) : port::rest_after(took);
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
  return static_cast<std::size_t>(std::ranges::count_if(
      partitions_, [](const auto& one) { return !one.second.handed_over_at && !one.second.going; }));
}

}  // namespace starling::transfer
