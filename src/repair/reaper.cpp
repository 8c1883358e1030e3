#include "repair/reaper.hpp"

#include "base/hash.hpp"
#include "causal/codec.hpp"

namespace starling::repair {

namespace {

/// Another number whenever a further attempt may find more.
std::uint64_t knowledge(const storage::PartitionSurvey& survey, const std::vector<causal::Seen>& witnesses) {
  Bytes known = causal::encode(survey.seen);
  for (const auto& witness : witnesses) known += causal::encode(witness);
  return hash64(known) + survey.tombstones;
}

}  // namespace

void Reaper::consider(const storage::PartitionSurvey& survey, const PeerViews& views, Step& step) {
  if (!survey.tree_built) return;  // so nobody has counted them
  if (survey.tombstones == 0) {
    tombstones_.erase(survey.partition);
    return;
  }
  tombstones_[survey.partition] = survey.tombstones;
  const auto witnesses = views.witnesses(step.view.ring, step.self, survey.partition);
  if (!witnesses) return;
  const std::uint64_t known = knowledge(survey, *witnesses);
  const auto vain = in_vain_.find(survey.partition);
  if (vain == in_vain_.end() || vain->second != known) queue_.insert_or_assign(survey.partition, known);
}

void Reaper::go_on(const PeerViews& views, Step& step) {
  while (!under_way_ && !queue_.empty()) {
    const PartitionId partition = queue_.begin()->first;
    auto witnesses = views.witnesses(step.view.ring, step.self, partition);
    if (!witnesses) {  // a replica was lost meanwhile
      queue_.erase(partition);
      continue;
    }
    if (reaping_ != partition) found_some_ = false;
    reaping_ = partition;
    under_way_ = step.store(storage::Reap{partition, *std::move(witnesses)});
  }
}

bool Reaper::on_storage(port::Ticket ticket, Result<storage::Answer>& answer, const PeerViews& views, Step& step) {
  if (ticket != under_way_) return false;
  under_way_.reset();
  if (!answer) {
    queue_.erase(reaping_);
  } else {
    const auto& done = expect<storage::ReapAnswer>(*answer);
    reaped_ += done.reaped;
    found_some_ = found_some_ || done.reaped + done.rows_gone > 0;
    for (std::uint64_t i = 0; i < done.reaped; ++i) step.out.notice(port::NoticeKind::tombstone_reaped);
    const auto pass = done.more ? queue_.end() : queue_.find(reaping_);
    if (pass != queue_.end()) {
      if (!found_some_) in_vain_[reaping_] = pass->second;
      found_some_ = false;
      queue_.erase(pass);
    }
  }
  go_on(views, step);
  return true;
}

}  // namespace starling::repair
