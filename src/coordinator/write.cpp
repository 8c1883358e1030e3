#include "coordinator/write.hpp"

#include <utility>

#include "base/planted.hpp"

namespace starling::coordinator {

void answer(const Requester& requester, wire::WriteResult result, port::Outbox& out) {
  if (result.error && result.error->code == ErrorCode::in_doubt) out.notice(port::NoticeKind::write_in_doubt);
  if (const auto* node = std::get_if<ForwardedBy>(&requester)) {
    out.send(node->node, wire::ForwardReply{node->request, std::move(result)});
    return;
  }
  const auto client = std::get<port::ClientToken>(requester);
  if (result.error)
    out.answer(client, port::Failure{std::move(*result.error), std::move(result.acked)});
  else
    out.answer(client, port::PutReply{result.siblings, std::move(result.context), std::move(result.stand_ins)});
}

void refuse(const Requester& requester, Error error, port::Outbox& out) {
  answer(requester, {.error = std::move(error)}, out);
}

void leave_in_doubt(const Requester& requester, std::string message, std::vector<NodeId> acked, port::Outbox& out) {
  if (planted(Bug::doubt_called_refusal)) return refuse(requester, {ErrorCode::timed_out, std::move(message)}, out);
  answer(requester, {.error = Error{ErrorCode::in_doubt, std::move(message)}, .acked = std::move(acked)}, out);
}

bool says_nothing_happened(ErrorCode code) {
  switch (code) {
    case ErrorCode::in_doubt:
    case ErrorCode::storage_failed:
    case ErrorCode::connection_lost: return false;
    case ErrorCode::invalid:
    case ErrorCode::malformed:
    case ErrorCode::unsupported:
    case ErrorCode::not_found:
    case ErrorCode::not_ready:
    case ErrorCode::overloaded:
    case ErrorCode::unavailable:
    case ErrorCode::timed_out:
    case ErrorCode::bad_context:
    case ErrorCode::too_many_siblings:
    case ErrorCode::stale_ring:
    case ErrorCode::wrong_cluster:
    case ErrorCode::denied:
    case ErrorCode::disk_full: return true;
  }
  return false;
}

}  // namespace starling::coordinator
