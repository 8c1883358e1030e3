#include "repair/trees.hpp"

#include "port/rest.hpp"

namespace starling::repair {

void Trees::start(Instant now) { paused_until_ = now + 1s; }

void Trees::heed(const storage::PartitionSurvey& survey) {
  const auto [it, first] = built_for_.try_emplace(survey.partition, survey.live);
  const bool grown = survey.live > 2 * it->second + storage::MerkleTree::live_per_leaf;
  if (survey.tree_built && !grown) return;
  it->second = survey.live;
  want(survey.partition);
}

void Trees::go_on(Step& step) {
  if (wanted_.empty() || waiting_ || paused_until_) return;
  building_ = *wanted_.begin();
  building_since_ = step.view.now;
  const auto tokens = step.tokens_of(building_);
  waiting_ = step.store(storage::BuildTree{building_, tokens.first, tokens.last});
}

std::optional<Instant> Trees::due() const { return paused_until_; }

void Trees::on_timer(Step& step) {
  if (!paused_until_ || step.view.now < *paused_until_) return;
  paused_until_.reset();
  go_on(step);
}

bool Trees::on_storage(port::Ticket ticket, Result<storage::Answer>& answer, Step& step) {
  if (ticket != waiting_) return false;
  waiting_.reset();
  // What cannot be read now is tried again when somebody finds that the tree is missing.
  const bool over = !answer || expect<storage::BuildTreeAnswer>(*answer).built;
  if (answer && over) step.out.notice(port::NoticeKind::tree_built);
  if (over) wanted_.erase(building_);
  if (!step.view.quiet()) paused_until_ = step.view.now + port::rest_after(step.view.now - building_since_);
  go_on(step);
  return true;
}

}  // namespace starling::repair
