#include "coordinator/get_request.hpp"

#include <algorithm>

#include "base/planted.hpp"
#include "causal/context_token.hpp"

namespace starling::coordinator {

Progress GetRequest::answer(Read::Outcome outcome, Step& step) {
  if (!outcome) return read_.outdated() ? Progress::next_stage : Progress::waiting;
  if (!*outcome) {
    step.out.answer(client_, port::Failure{std::move(outcome->error()), {}});
    return Progress::finished;
  }
  Bytes context = causal::seal_context(step.secret, read_.key().token, (*outcome)->context);
  if (planted(Bug::not_found_without_context) && !(*outcome)->live()) context.clear();
  step.out.answer(client_, port::GetReply{values_of(std::move(**outcome)), std::move(context)});
  return Progress::finished;
}

void GetRequest::on_deadline(Step& step) {
  step.out.notice(port::NoticeKind::request_timed_out);
  step.out.answer(client_, port::Failure{{ErrorCode::timed_out, "too few replicas answered in time"}, {}});
}

std::vector<Bytes> values_of(causal::Object object) {
  std::vector<Bytes> values;
  std::vector<std::uint64_t> shown;
  for (auto& sibling : object.siblings) {
    if (sibling.tombstone || std::find(shown.begin(), shown.end(), sibling.request) != shown.end()) continue;
    if (sibling.request != 0) shown.push_back(sibling.request);
    values.push_back(std::move(sibling.value));
  }
  return values;
}

}  // namespace starling::coordinator
