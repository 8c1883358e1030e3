#include "repair/repair.hpp"

#include <algorithm>
#include <utility>

namespace starling::repair {

using transfer::Pull;

Repair::Repair(Config config, NodeId self, const transfer::Transfer& transfer, Random random)
    : config_(config),
      self_(self),
      transfer_(transfer),
      last_request_(random.next()),
      looks_(self, random.fork()),
      pull_({Pull::Purpose::gap, config.page_bytes, config.page_bytes, config.patience}),
      backoff_(config.settle, config.interval, random.fork()),
      hints_(config.interval / 2),
      pace_(config.rate) {}

Step Repair::step(const View& view, port::Outbox& out) {
  return {{view, self_, tickets_, last_request_, out}, config_};
}

void Repair::start(const View& view, port::Outbox& out) {
  Step now = step(view, out);
  next_survey_ = view.now + config_.interval / 2;
  for (const PartitionId partition : view.ring.partitions_of(self_))
    if (!transfer_.arrivals().misses(partition)) trees_.want(partition);  // else it would be built with every row
  trees_.start(view.now);
  scrub_.start(now);
  looks_.set_peers(view.ring.neighbours_of(self_), now);
  go_on(now);
}

void Repair::on_ring(const View& view, port::Outbox& out) {
  Step now = step(view, out);
  looks_.set_peers(view.ring.neighbours_of(self_), now);
  go_on(now);
}

void Repair::on_connected(NodeId peer, const View& view, port::Outbox& out) {
  Step now = step(view, out);
  on_peer_lost(peer);  // it may be another life of it: nothing that the last one said holds
  looks_.on_connected(peer, now);
  go_on(now);
}

void Repair::on_peer_lost(NodeId peer) {
  views_.forget(peer);
  looks_.on_peer_lost(peer);
  gaps_.forget(peer);
  backoff_.forget(peer);
  hints_.forget(peer);
  std::erase_if(to_pull_, [&](const auto& entry) { return entry.first.first == peer; });
  if (pull_.peer() == peer) pull_.give_up();
  std::erase_if(to_descend_, [&](const Share& share) { return share.first == peer; });
  if (descent_.share().first == peer) descent_.give_up();
  if (exchange_.share().first == peer) exchange_.give_up();
}

void Repair::on_hint_refused(NodeId peer, const View& view, port::Outbox& out) {
  Step now = step(view, out);
  looks_.again(peer, now);
  go_on(now);
}

void Repair::repair_now(const std::vector<PartitionId>& partitions, const View& view, port::Outbox& out) {
  Step now = step(view, out);
  for (const NodeId peer : view.ring.neighbours_of(self_)) {
    const bool shares = std::ranges::any_of(partitions, [&](auto one) { return view.ring.owns(peer, one); });
    if (partitions.empty() || shares) looks_.at_latest(peer, view.now);
  }
  asked_while_building_ |= trees_.building();
  do_what_is_due(now);
  go_on(now);
}

// --- What arrives -----------------------------------------------------------------------------

void Repair::on_timer(port::Ticket ticket, const View& view, port::Outbox& out) {
  if (ticket != timer_) return;
  armed_for_.reset();
  Step now = step(view, out);
  do_what_is_due(now);
  go_on(now);
}

void Repair::do_what_is_due(Step& step) {
  looks_.on_timer(step);
  gaps_.on_timer(step);
  if (const auto due = pull_.due(pace_); due && *due <= step.view.now) {
    pull_.on_timer(pace_, step);
    if (pull_.idle()) heed(Pull::Progress::failed, step);
  }
  descent_.on_timer(step);
  if (const auto due = exchange_.due(pace_); due && *due <= step.view.now) exchange_.on_timer(pace_, step);
  trees_.on_timer(step);
  scrub_.on_timer(trees_, step);
  if (step.view.now < next_survey_) return;
  next_survey_ = step.view.now + config_.interval / 2;
  surveying_ = step.store(storage::Survey{step.view.ring.partitions_of(self_)});
}

void Repair::on_storage(port::Ticket ticket, Result<storage::Answer> answer, const View& view, port::Outbox& out) {
  Step now = step(view, out);
  if (ticket == surveying_) {
    surveying_.reset();
    if (answer) keep_up(expect<storage::SurveyAnswer>(*answer), now);
  } else if (looks_.on_storage(ticket, answer, now) || trees_.on_storage(ticket, answer, now) ||
             reaper_.on_storage(ticket, answer, views_, now)) {
  } else if (const auto traffic = exchange_.on_storage(ticket, answer, pace_, now)) {
    account(exchange_.share(), *traffic);
  } else if (descent_.on_storage(ticket, answer, now)) {
    heed_descent(now);
  } else if (auto gaps = gaps_.on_storage(ticket, answer)) {
    heed(*std::move(gaps), now);
  } else if (responder_.on_storage(ticket, answer, now)) {
    if (auto agreed = responder_.take_agreed()) heed(*std::move(agreed), now);
  } else {
    heed(pull_.on_storage(ticket, answer, pace_, now), now);
  }
  go_on(now);
}

void Repair::on_message(NodeId from, wire::RepairMarks marks, const View& view, port::Outbox& out) {
  Step now = step(view, out);
  looks_.on_heard(from, now);
  responder_.on_message(from, std::move(marks), now);
}

void Repair::on_message(NodeId from, const wire::RepairViews& views, const View& view, port::Outbox& out) {
  Step now = step(view, out);
  if (!views.views_wanted && !views.error)
    take_views(from, views, now);
  else if (auto comparison = looks_.on_views(from, views, now))
    heed(from, *std::move(comparison), now);
  go_on(now);
}

void Repair::on_message(NodeId from, wire::PullReply& reply, const View& view, port::Outbox& out) {
  Step now = step(view, out);
  const std::uint64_t bytes = transfer::bytes_of(reply);
  const Pull::Progress progress = pull_.on_reply(from, reply, pace_, now);
  if (progress != Pull::Progress::not_mine) account(pull_.share(), {.fetched = bytes});
  heed(progress, now);
  go_on(now);
}

void Repair::on_message(NodeId from, const wire::HandoffOffer& offer, const View& view, port::Outbox& out) {
  Step now = step(view, out);
  hints_.on_offer(from, offer.hints > 0, view.now);
  go_on(now);
}

void Repair::on_message(NodeId from, wire::SumsReply reply, const View& view, port::Outbox& out) {
  Step now = step(view, out);
  if (descent_.on_reply(from, std::move(reply), now)) heed_descent(now);
  go_on(now);
}

void Repair::on_message(NodeId from, wire::DigestsReply reply, const View& view, port::Outbox& out) {
  Step now = step(view, out);
  if (descent_.on_reply(from, std::move(reply), now)) heed_descent(now);
  go_on(now);
}

void Repair::on_message(NodeId from, const wire::ReadReply& reply, const View& view, port::Outbox& out) {
  Step now = step(view, out);
  const auto traffic = exchange_.on_reply(from, reply, pace_, now);
  if (!traffic) return;
  account(exchange_.share(), *traffic);
  go_on(now);
}

void Repair::on_message(NodeId from, const wire::MergeReply& reply, const View& view, port::Outbox& out) {
  Step now = step(view, out);
  if (exchange_.on_reply(from, reply, pace_, now)) go_on(now);
}

/// Nothing else is on its way from one that owns it no more: there is nothing to wait for.
void Repair::on_lacking(transfer::Heir::Lacking lacking, const View& view, port::Outbox& out) {
  Step now = step(view, out);
  for (auto& lacks : lacking.views) note_gap({lacking.former_owner, lacks.partition}, std::move(lacks.seen), view.now);
  go_on(now);
}

// --- What follows from it ---------------------------------------------------------------------

void Repair::heed(NodeId peer, Comparison comparison, Step& step) {
  heed(Responder::Agreed{peer, std::move(comparison.equal)}, step);
  for (auto& difference : comparison.differing) heed(peer, std::move(difference), step);
}

void Repair::heed(Responder::Agreed agreed, Step& step) {
  for (auto& survey : agreed.equal) {
    views_.catch_up(agreed.peer, survey.partition);
    if (survey.tree_built) views_.verify(agreed.peer, survey.partition, step.view.now);
    views_.learn(agreed.peer, survey.partition, std::move(survey.seen));
  }
}

void Repair::heed(NodeId peer, Comparison::Difference difference, Step& step) {
  auto& [ours, theirs] = difference;
  const Share share{peer, ours.partition};
  PeerView& view = views_.of(peer, ours.partition);
  view.differs = true;
  const bool may_lack = !ours.seen.covers(theirs.seen);
  if (!may_lack) views_.catch_up(peer, ours.partition);
  if (may_lack && !transfer_.arrivals().misses(ours.partition))
    note_gap(share, theirs.seen, step.view.now + config_.settle);
  // Both have seen the same, and hold not the same: one of them has lost something, or came back with what is old.
  const bool roots_differ =
      !may_lack && theirs.seen.covers(ours.seen) && ours.tree_built && theirs.tree_built && ours.root != theirs.root;
  if (roots_differ && view.roots_differed) to_descend_.insert(share);
  if (roots_differ && !view.roots_differed) looks_.again(peer, step);
  view.roots_differed = roots_differ;
  views_.learn(peer, ours.partition, std::move(theirs.seen));
}

/// Of the look of another replica. What we lack of it we find out at the second look, which is our own.
void Repair::take_views(NodeId from, const wire::RepairViews& views, Step& step) {
  if (views.epoch != step.view.ring.epoch()) return;
  auto theirs = transfer::from_wire(views.views, shared_partitions(step.view.ring, self_, from));
  if (!theirs) {
    step.out.notice(port::NoticeKind::message_malformed, port::Severity::warning, from, theirs.error().message);
    return;
  }
  for (auto& view : *theirs) {
    if (!transfer_.arrivals().misses(view.partition))
      note_gap({from, view.partition}, view.seen, step.view.now + config_.settle);
    views_.of(from, view.partition).differs = true;
    views_.learn(from, view.partition, std::move(view.seen));
  }
}

void Repair::note_gap(Share share, causal::Seen theirs, Instant second_look) {
  gaps_.note(share, std::move(theirs), std::max(second_look, backoff_.not_before(share)));
}

void Repair::heed(Gaps::Result gaps, Step& step) {
  for (const auto& [peer, partition] : gaps.closed) views_.verify(peer, partition, step.view.now);
  for (auto& [share, theirs] : gaps.lacking) to_pull_.insert_or_assign(share, std::move(theirs));
}

void Repair::heed(Pull::Progress progress, Step& step) {
  const Share& share = pull_.share();
  if (progress == Pull::Progress::failed) looks_.at_latest(share.first, backoff_.fail(share, step.view.now));
  if (progress != Pull::Progress::done) return;
  backoff_.succeed(share);
  views_.verify(share.first, share.second, step.view.now);
  looks_.again(share.first, step);
}

void Repair::heed_descent(Step& step) {
  auto found = descent_.take_found();
  if (!found) return;
  const auto [peer, partition] = descent_.share();
  looks_.again(peer, step);
  if (!found->empty()) return exchange_.begin(descent_.share(), *std::move(found), pace_, step);
  step.out.notice(port::NoticeKind::tree_wrong, port::Severity::warning, peer,
                  "the Merkle trees of a partition differ and no key of it does: both are built anew");
  descent_.disown(step);
  step.store(storage::DropTree{partition});
  trees_.want(partition);
}

void Repair::keep_up(const storage::SurveyAnswer& ours, Step& step) {
  for (const auto& survey : ours.partitions) {
    trees_.heed(survey);
    if (survey.damaged) damaged_.push_back(survey.partition);
    reaper_.consider(survey, views_, step);
  }
}

void Repair::account(Share share, Exchange::Traffic traffic) {
  PeerView& view = views_.of(share.first, share.second);
  view.bytes_fetched += traffic.fetched;
  view.bytes_pushed += traffic.sent;
}

/// One pull, and one exchange, at a time. A pull finds out at its beginning what hints have brought meanwhile.
void Repair::begin_next(Step& step) {
  while (pull_.idle() && !to_pull_.empty() && !hints_.until(step.view.now)) {
    auto next = to_pull_.extract(to_pull_.begin());
    if (step.view.peers.reachable(next.key().first)) pull_.begin(next.key(), std::move(next.mapped()), step);
  }
  if (descent_.idle() && exchange_.idle() && !to_descend_.empty())
    descent_.begin(to_descend_.extract(to_descend_.begin()).value(), step);
}

/// Whoever builds last finds all the others' trees.
void Repair::look_again_when_built(Step& step) {
  if (!asked_while_building_ || trees_.building()) return;
  asked_while_building_ = false;
  for (const NodeId peer : step.view.ring.neighbours_of(self_)) looks_.at_latest(peer, step.view.now);
}

void Repair::go_on(Step& step) {
  look_again_when_built(step);
  begin_next(step);
  trees_.go_on(step);
  reaper_.go_on(views_, step);
  Instant wake = next_survey_;
  const auto hints_over = to_pull_.empty() ? std::nullopt : hints_.until(step.view.now);
  for (const auto due : {hints_over, looks_.due(), gaps_.due(), pull_.due(pace_), descent_.due(), exchange_.due(pace_),
                         trees_.due(), scrub_.due()})
    if (due) wake = std::min(wake, *due);
  if (armed_for_ && *armed_for_ <= wake) return;
  armed_for_ = wake;
  timer_ = tickets_.next();
  step.out.arm(timer_, wake);
}

std::vector<PartitionId> Repair::take_damaged() { return std::exchange(damaged_, {}); }

/// What is under way rests on what we held before: a pull that went on would claim, in the end, what is lost.
void Repair::start_over(const std::vector<PartitionId>& partitions, const View& view, port::Outbox& out) {
  for (const NodeId peer : view.ring.neighbours_of(self_)) on_peer_lost(peer);
  gaps_ = {};
  responder_.forget();
  for (const PartitionId partition : partitions) {
    views_.start_over(partition);
    trees_.want(partition);
  }
  repair_now(partitions, view, out);
}

Status Repair::status(const View& view) const {
  Status status;
  for (const NodeId peer : view.ring.neighbours_of(self_))
    for (const PartitionId partition : shared_partitions(view.ring, self_, peer)) {
      const PeerView* known = views_.find(peer, partition);
      Status::Pair& pair = status.pairs.emplace_back();
      pair.peer = peer;
      pair.partition = partition;
      pair.bytes_sent = transfer_.bytes_sent({peer, partition});
      if (!known) continue;
      pair.verified = known->verified;
      pair.differs = known->differs;
      pair.bytes_fetched = known->bytes_fetched;
      pair.bytes_sent += known->bytes_pushed;
    }
  for (const auto& [partition, rows] : reaper_.waiting())
    status.waiting.push_back({partition, rows, views_.silent(view.ring, self_, partition)});
  status.rows_pulled = pull_.rows();
  status.bytes_pulled = pull_.bytes();
  status.bytes_pushed = transfer_.bytes_sent() + exchange_.bytes_sent();
  status.keys_exchanged = exchange_.keys();
  status.tombstones_reaped = reaper_.reaped();
  return status;
}

}  // namespace starling::repair
