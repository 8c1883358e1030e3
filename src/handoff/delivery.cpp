#include "handoff/delivery.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/planted.hpp"

namespace starling::handoff {

void Delivery::begin(std::uint64_t owed, Step& step) {
  owed_ = owed;
  if (stage_ == Stage::idle) begin_batch(step);
}

void Delivery::begin_batch(Step& step) {
  trouble_ = false;
  if (step.view.ring.find(target_) == nullptr)
    list(step.config.batch, step);  // There is nobody to ask.
  else if (step.view.peers.reachable(target_))
    offer(step);
}

void Delivery::offer(Step& step) {
  stage_ = Stage::offered;
  deadline_ = step.view.now + step.config.patience;
  offer_ = step.next_request();
  step.out.send(target_, wire::HandoffOffer{offer_, owed_});
}

void Delivery::on_grant(const wire::HandoffGrant& grant, Step& step) {
  if (stage_ != Stage::offered || grant.request != offer_) return;
  if (grant.credits == 0) {
    stage_ = Stage::idle;
    return;
  }
  if (grant.delay <= Duration::zero()) return list(grant.credits, step);
  stage_ = Stage::granted;
  credits_ = grant.credits;
  deadline_ = step.view.now + std::min(grant.delay, step.config.patience);
  step.out.arm(step.tickets.next(), deadline_);
}

void Delivery::list(std::uint32_t hints_max, Step& step) {
  stage_ = Stage::listing;
  waiting_ = step.store(storage::ListHints{
      .target = target_, .after = after_, .hints_max = hints_max, .bytes_max = step.config.batch_bytes_max});
}

bool Delivery::on_storage(port::Ticket ticket, Result<storage::Answer>& answer, Step& step) {
  if (ticket != waiting_ || (stage_ != Stage::listing && stage_ != Stage::settling)) return false;
  if (!answer) {
    stage_ = Stage::idle;
  } else if (stage_ == Stage::settling) {
    next_batch(step);
  } else {
    deliver(std::move(port::expect<storage::ListHintsAnswer>(*answer)), step);
  }
  return true;
}

void Delivery::deliver(storage::ListHintsAnswer page, Step& step) {
  stage_ = Stage::delivering;
  deadline_ = step.view.now + step.config.patience;
  complete_to_ = std::move(page.complete_to);
  const auto strays = std::ranges::partition(page.hints, [&](const auto& hint) {
    return step.view.ring.owns(target_, hint.partition) || planted(Bug::hint_to_old_owner);
  });
  move_on({std::move_iterator(strays.begin()), std::move_iterator(strays.end())}, step);
  page.hints.erase(strays.begin(), strays.end());
  for (auto& [partition, key, object, fingerprint] : page.hints) {
    const wire::RequestId request = step.next_request();
    step.out.send(target_, wire::MergeRequest{.request = request,
                                              .epoch = step.view.ring.version(partition),
                                              .partition = partition,
                                              .key = key.bytes,
                                              .object = std::move(object),
                                              .ttl = step.config.patience,
                                              .background = true});
    sent_.emplace(request.value, storage::SettleHints::Delivered{partition, std::move(key), fingerprint});
  }
  if (planted(Bug::hint_dropped))
    for (auto& [request, hint] : std::exchange(sent_, {})) delivered_.push_back(std::move(hint));
  if (sent_.empty()) settle(step);
}

void Delivery::move_on(std::vector<storage::HintedObject> strays, Step& step) {
  if (strays.empty()) return;
  storage::MoveHints moves{.from = target_};
  for (auto& stray : strays) {
    auto& move = moves.moves.emplace_back(stray.partition, std::move(stray.key));
    for (const NodeId node : step.view.ring.owners(move.partition))
      if (node != step.self) move.to.push_back(node);
    move.to_ourselves = step.view.ring.owns(step.self, move.partition);
  }
  step.store(std::move(moves));
}

bool Delivery::on_reply(const wire::MergeReply& reply, Step& step) {
  const auto sent = sent_.find(reply.request.value);
  if (sent == sent_.end()) return false;
  if (reply.error)
    trouble_ = true;
  else
    delivered_.push_back(std::move(sent->second));
  sent_.erase(sent);
  if (sent_.empty()) settle(step);
  return true;
}

void Delivery::on_timer(Step& step) {
  if (step.view.now < deadline_) return;
  if (stage_ == Stage::granted) return list(credits_, step);
  if (stage_ == Stage::offered) stage_ = Stage::idle;
  if (stage_ != Stage::delivering) return;
  trouble_ = true;
  sent_.clear();
  settle(step);
}

/// What it has acknowledged so far is settled by the next pass at the latest: a delivery repeated changes nothing.
void Delivery::on_peer_lost() {
  if (stage_ != Stage::offered && stage_ != Stage::granted && stage_ != Stage::delivering) return;
  stage_ = Stage::idle;
  sent_.clear();
  delivered_.clear();
}

void Delivery::settle(Step& step) {
  if (delivered_.empty()) return next_batch(step);
  stage_ = Stage::settling;
  owed_ -= std::min<std::uint64_t>(owed_, delivered_.size());
  waiting_ = step.store(storage::SettleHints{target_, std::exchange(delivered_, {})});
}

void Delivery::next_batch(Step& step) {
  stage_ = Stage::idle;
  after_ = std::exchange(complete_to_, {});
  if (!after_.bytes.empty()) {
    if (!trouble_) begin_batch(step);
  } else if (step.view.ring.find(target_) != nullptr) {
    step.out.send(target_, wire::HandoffOffer{step.next_request(), 0});
  }
}

}  // namespace starling::handoff
