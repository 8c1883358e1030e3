#include "repair/gaps.hpp"

#include <algorithm>

#include "base/planted.hpp"

namespace starling::repair {

void Gaps::note(Share share, causal::Seen theirs, Instant second_look) {
  gaps_.try_emplace(share, Gap{std::move(theirs), planted(Bug::acted_on_first_look) ? Instant{} : second_look});
}

void Gaps::forget(NodeId peer) {
  std::erase_if(gaps_, [&](const auto& entry) { return entry.first.first == peer; });
}

std::optional<Instant> Gaps::due() const {
  if (gaps_.empty() || !looked_at_.empty()) return std::nullopt;
  return std::ranges::min_element(gaps_, {}, [](const auto& entry) { return entry.second.second_look; })
      ->second.second_look;
}

void Gaps::on_timer(Step& step) {
  if (!looked_at_.empty()) return;
  std::set<PartitionId> partitions;
  for (const auto& [share, gap] : gaps_) {
    if (gap.second_look > step.view.now) continue;
    looked_at_.insert(share);
    partitions.insert(share.second);
  }
  if (!partitions.empty()) waiting_ = step.store(storage::Survey{{partitions.begin(), partitions.end()}});
}

std::optional<Gaps::Result> Gaps::on_storage(port::Ticket ticket, starling::Result<storage::Answer>& answer) {
  if (looked_at_.empty() || ticket != waiting_) return std::nullopt;
  Result result;
  std::map<PartitionId, const causal::Seen*> ours;
  if (answer)
    for (const auto& survey : expect<storage::SurveyAnswer>(*answer).partitions) ours[survey.partition] = &survey.seen;
  for (const Share& share : std::exchange(looked_at_, {})) {
    auto gap = gaps_.extract(share);
    if (gap.empty() || !answer) continue;  // the next look will find it again
    if (ours.at(share.second)->covers(gap.mapped().theirs))
      result.closed.push_back(share);
    else
      result.lacking.emplace_back(share, std::move(gap.mapped().theirs));
  }
  return result;
}

}  // namespace starling::repair
