#pragma once

#include "wire/messages.hpp"

namespace starling::wire {

/// The message that answers a request: what a refusal of it has to be.
template <class Request>
struct ReplyToTrait;
template <>
struct ReplyToTrait<ReadRequest> {
  using Type = ReadReply;
};
template <>
struct ReplyToTrait<MergeRequest> {
  using Type = MergeReply;
};
template <>
struct ReplyToTrait<StandInRequest> {
  using Type = MergeReply;
};
template <>
struct ReplyToTrait<ScanRequest> {
  using Type = ScanReply;
};
template <>
struct ReplyToTrait<RepairMarks> {
  using Type = RepairViews;
};
template <>
struct ReplyToTrait<PullRequest> {
  using Type = PullReply;
};
template <>
struct ReplyToTrait<SumsRequest> {
  using Type = SumsReply;
};
template <>
struct ReplyToTrait<DigestsRequest> {
  using Type = DigestsReply;
};
template <>
struct ReplyToTrait<LeftoverOffer> {
  using Type = LeftoverReply;
};
template <class Request>
using ReplyTo = typename ReplyToTrait<Request>::Type;

}  // namespace starling::wire
