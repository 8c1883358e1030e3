#include "repair/look.hpp"

#include <algorithm>
#include <utility>

namespace starling::repair {

void Look::begin(Step& step) {
  auto shared = shared_partitions(step.view.ring, step.self, peer_);
  if (shared.empty()) return;
  stage_ = Stage::surveying;
  deadline_ = step.deadline();
  waiting_ = step.store(storage::Survey{std::move(shared)});
}

bool Look::on_storage(port::Ticket ticket, Result<storage::Answer>& answer, Step& step) {
  if (stage_ != Stage::surveying || ticket != waiting_) return false;
  stage_ = Stage::idle;
  if (!answer) return true;
  ours_ = std::move(expect<storage::SurveyAnswer>(*answer).partitions);
  stage_ = Stage::asked;
  deadline_ = step.deadline();
  request_ = step.next_request();
  step.out.send(peer_, wire::RepairMarks{request_, step.view.ring.epoch(), marks_of(ours_, request_)});
  step.out.notice(port::NoticeKind::repair_looked);
  return true;
}

std::optional<Comparison> Look::on_views(const wire::RepairViews& views, Step& step) {
  if (stage_ != Stage::asked || views.request != request_) return std::nullopt;
  stage_ = Stage::idle;
  if (views.error || views.epoch != step.view.ring.epoch()) return std::nullopt;
  auto theirs = transfer::from_wire(views.views, shared_partitions(step.view.ring, step.self, peer_));
  if (!theirs) {
    step.out.notice(port::NoticeKind::message_malformed, port::Severity::warning, peer_, theirs.error().message);
    return std::nullopt;
  }
  Comparison comparison = compare(*std::move(theirs), std::min<std::size_t>(views.compared, ours_.size()));
  if (comparison.differing.empty()) return comparison;
  wire::RepairViews reply{.request = request_, .error = {}, .epoch = step.view.ring.epoch(), .views = {}};
  for (const auto& difference : comparison.differing) reply.views.push_back(transfer::to_wire(difference.ours));
  step.out.send(peer_, std::move(reply));
  return comparison;
}

Comparison Look::compare(std::vector<TheirView> theirs, std::size_t compared) {
  Comparison comparison;
  auto their = theirs.begin();
  for (std::size_t i = 0; i < compared; ++i) {
    auto& ours = ours_[i];
    while (their != theirs.end() && their->partition < ours.partition) ++their;
    if (their != theirs.end() && their->partition == ours.partition)
      comparison.differing.push_back({std::move(ours), std::move(*their)});
    else
      comparison.equal.push_back(std::move(ours));
  }
  ours_.clear();
  return comparison;
}

}  // namespace starling::repair
