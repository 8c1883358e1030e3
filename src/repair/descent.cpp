#include "repair/descent.hpp"

#include <algorithm>
#include <utility>

namespace starling::repair {

namespace {

constexpr std::uint32_t bits_per_step = 4;
constexpr std::uint32_t children = 1U << bits_per_step;
/// What lies under more nodes than that is left for the next descent.
constexpr std::size_t nodes_max = 256;

}  // namespace

void Descent::begin(Share share, Step& step) {
  share_ = share;
  bits_ = bits_per_step;
  nodes_ = {0};
  differing_.clear();
  found_.reset();
  ask_for_sums(step);
}

void Descent::disown(Step& step) const {
  step.out.send(share_.first, wire::SumsRequest{.request = step.next_request(),
                                                .epoch = step.view.ring.version(share_.second),
                                                .partition = share_.second,
                                                .bits = bits_per_step,
                                                .nodes = {},
                                                .ttl = step.config.patience});
}

void Descent::on_timer(Step& step) {
  if (stage_ != Stage::idle && step.view.now >= deadline_) give_up();
}

bool Descent::on_storage(port::Ticket ticket, Result<storage::Answer>& answer, Step& step) {
  if (stage_ == Stage::idle || ticket != waiting_) return false;
  waiting_ = {};
  if (!answer) {
    give_up();
  } else if (stage_ == Stage::digests) {
    on_our_digests(std::move(expect<storage::ListDigestsAnswer>(*answer)), step);
  } else {
    auto& folded = expect<storage::SumLeavesAnswer>(*answer);
    if (!folded.built) {
      give_up();
    } else {
      our_sums_.emplace();
      if (folded.bits == bits_)
        for (const std::uint32_t node : nodes_)
          for (std::uint32_t child = 0; child < children; ++child)
            our_sums_->push_back(folded.sums[children * node + child]);
      compare_sums(step);
    }
  }
  return true;
}

bool Descent::on_reply(NodeId from, wire::SumsReply reply, Step& step) {
  if (stage_ != Stage::sums || from != share_.first || reply.request != request_) return false;
  const bool fits = reply.sums.empty() || reply.sums.size() == children * nodes_.size();
  if (reply.error || !fits) {
    give_up();
  } else {
    their_sums_ = std::move(reply.sums);
    compare_sums(step);
  }
  return true;
}

void Descent::ask_for_sums(Step& step) {
  stage_ = Stage::sums;
  deadline_ = step.deadline();
  our_sums_.reset();
  their_sums_.reset();
  waiting_ = step.store(storage::SumLeaves{share_.second, bits_});
  request_ = step.next_request();
  step.out.send(share_.first, wire::SumsRequest{.request = request_,
                                                .epoch = step.view.ring.version(share_.second),
                                                .partition = share_.second,
                                                .bits = bits_,
                                                .nodes = nodes_,
                                                .ttl = step.config.patience});
}

void Descent::compare_sums(Step& step) {
  if (!our_sums_ || !their_sums_) return;
  if (our_sums_->empty() || their_sums_->empty()) {  // one of the trees ends here
    bits_ -= bits_per_step;
    return next_leaf(step);
  }
  std::vector<std::uint32_t> differing;
  for (std::size_t i = 0; i < our_sums_->size() && differing.size() < nodes_max; ++i)
    if ((*our_sums_)[i] != (*their_sums_)[i])
      differing.push_back(children * nodes_[i / children] + static_cast<std::uint32_t>(i % children));
  if (differing.empty()) return give_up();  // it was a write that has arrived meanwhile
  nodes_ = std::move(differing);
  bits_ += bits_per_step;
  ask_for_sums(step);
}

// --- Leaves -----------------------------------------------------------------------------------

void Descent::next_leaf(Step& step) {
  if (nodes_.empty()) {
    found_ = std::move(differing_);
    return give_up();
  }
  stage_ = Stage::digests;
  ours_ = {};
  theirs_ = {};
  list_ours(step);
  list_theirs(step);
}

void Descent::list_ours(Step& step) {
  const auto tokens = storage::leaf_tokens(step.tokens_of(share_.second), bits_, nodes_.back());
  deadline_ = step.deadline();
  waiting_ = step.store(storage::ListDigests{.partition = share_.second,
                                             .first = tokens.first,
                                             .last = tokens.last,
                                             .after = ours_.after,
                                             .rows_max = step.config.digests_per_page});
}

void Descent::list_theirs(Step& step) {
  deadline_ = step.deadline();
  request_ = step.next_request();
  step.out.send(share_.first, wire::DigestsRequest{.request = request_,
                                                   .epoch = step.view.ring.version(share_.second),
                                                   .partition = share_.second,
                                                   .bits = bits_,
                                                   .leaf = nodes_.back(),
                                                   .after = theirs_.after.bytes,
                                                   .ttl = step.config.patience});
}

bool Descent::on_our_digests(storage::ListDigestsAnswer page, Step& step) {
  for (auto& row : page.rows) ours_.digests.emplace(std::move(row.key), row.digest);
  ours_.complete = page.complete_to.bytes.empty();
  ours_.after = std::move(page.complete_to);
  ours_.complete ? compare_digests(step) : list_ours(step);
  return true;
}

bool Descent::on_reply(NodeId from, wire::DigestsReply reply, Step& step) {
  if (stage_ != Stage::digests || from != share_.first || reply.request != request_) return false;
  const auto foreign = [&](const ring::Key& key) { return step.view.ring.partition_of(key.token) != share_.second; };
  auto complete_to = reply.complete_to.empty() ? ring::Key{} : ring::Key::from_bytes(reply.complete_to);
  bool sound = !reply.error && complete_to && (reply.complete_to.empty() || theirs_.after < *complete_to);
  for (const auto& row : reply.rows) {
    auto key = ring::Key::from_bytes(row.key);
    sound = sound && key && !foreign(*key);
    if (sound) theirs_.digests.emplace(*std::move(key), row.digest);
  }
  if (!sound) {
    give_up();
    return true;
  }
  theirs_.complete = reply.complete_to.empty();
  theirs_.after = *std::move(complete_to);
  theirs_.complete ? compare_digests(step) : list_theirs(step);
  return true;
}

void Descent::compare_digests(Step& step) {
  if (!ours_.complete || !theirs_.complete) return;
  const auto differs = [](const Listing& other, const auto& row) {
    const auto it = other.digests.find(row.first);
    return it == other.digests.end() || it->second != row.second;
  };
  for (const auto& row : ours_.digests)
    if (differs(theirs_, row)) differing_.push_back(row.first);
  for (const auto& row : theirs_.digests)
    if (!ours_.digests.contains(row.first)) differing_.push_back(row.first);
  nodes_.pop_back();
  next_leaf(step);
}

}  // namespace starling::repair
