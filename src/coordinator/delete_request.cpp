#include "coordinator/delete_request.hpp"

#include "causal/context_token.hpp"

namespace starling::coordinator {

Progress DeleteRequest::decide(Read::Outcome outcome, Step& step) {
  if (!outcome) return read_.outdated() ? Progress::next_stage : Progress::waiting;
  if (!*outcome) {
    refuse(client_, std::move(outcome->error()), step.out);
    return Progress::finished;
  }
  Bytes context = causal::seal_context(step.secret, read_.key().token, (*outcome)->context);
  if (!(*outcome)->live()) {
    answer(client_, {.siblings = 0, .context = std::move(context)}, step.out);
    return Progress::finished;
  }
  tombstone_.context = std::move(context);
  has_read_ = true;
  return Progress::next_stage;
}

void DeleteRequest::on_deadline(Step& step) {
  step.out.notice(port::NoticeKind::request_timed_out);
  refuse(client_, {ErrorCode::timed_out, "what to delete could not be read in time"}, step.out);
}

}  // namespace starling::coordinator
