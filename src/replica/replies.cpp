#include "replica/replies.hpp"

#include <utility>

#include "causal/codec.hpp"
#include "port/step.hpp"

namespace starling::replica {

using port::expect;

wire::ReadReply full_reply(wire::RequestId request, Result<storage::Answer> answer) {
  if (!answer) return {.request = request, .error = std::move(answer.error())};
  return {.request = request, .object = causal::encode(expect<storage::GetAnswer>(*answer).object)};
}

wire::ReadReply digest_reply(wire::RequestId request, Result<storage::Answer> answer) {
  if (!answer) return {.request = request, .error = std::move(answer.error())};
  return {.request = request, .digest = expect<storage::DigestAnswer>(*answer).digest};
}

wire::MergeReply merge_reply(wire::RequestId request, Result<storage::Answer> answer) {
  if (!answer) return {.request = request, .error = std::move(answer.error())};
  expect<storage::MergeAnswer>(*answer);
  return {.request = request};
}

wire::MergeReply payload_reply(wire::RequestId request, Result<storage::Answer> answer) {
  if (!answer) return {.request = request, .error = std::move(answer.error())};
  expect<storage::Done>(*answer);
  return {.request = request};
}

wire::ScanReply scan_reply(wire::RequestId request, Result<storage::Answer> answer) {
  if (!answer) return {.request = request, .error = std::move(answer.error())};
  auto& page = expect<storage::ScanAnswer>(*answer);
  wire::ScanReply reply{.request = request, .complete_to = std::move(page.complete_to.bytes)};
  reply.rows.reserve(page.rows.size());
  for (auto& row : page.rows) reply.rows.push_back({std::move(row.key.bytes), causal::encode(row.object)});
  return reply;
}

}  // namespace starling::replica
