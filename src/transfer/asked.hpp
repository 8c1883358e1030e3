#pragma once

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

#include "port/step.hpp"
#include "wire/reply_to.hpp"

namespace starling::transfer {

template <class Request>
void refuse(NodeId from, const Request& request, Error error, port::Step& step) {
  if (error.code == ErrorCode::malformed)
    step.out.notice(port::NoticeKind::message_malformed, port::Severity::warning, from, error.message);
  wire::ReplyTo<Request> reply{};
  reply.request = request.request;
  reply.error = std::move(error);
  step.out.send(from, std::move(reply));
}

/// A replica's place in a partition that it is asked for page by page. Empty bytes: from the start.
Result<ring::Key> after_of(BytesView bytes, PartitionId partition, const ring::Ring& ring);

/// What other replicas have asked of us and storage is looking up: whom its answers are for, and until when they are
/// waited for. Nothing else is remembered of them.
template <class... Requests>
class Asked {
 public:
  Result<> has_room() const {
    if (waiting_.size() < waiting_max) return {};
    return fail(ErrorCode::overloaded, "too much is being compared on this replica");
  }
  /// What speaks of many partitions needs the same ring.
  Result<> admit(Epoch epoch, const port::Step& step) const {
    if (epoch == step.view.ring.epoch()) return has_room();
    return fail(ErrorCode::stale_ring, "the two nodes go by different rings");
  }

  template <class Request>
  void look_up(NodeId from, Duration ttl, Request request, storage::Command command, port::Step& step) {
    if (ttl <= Duration::zero()) return step.out.notice(port::NoticeKind::work_expired);
    const Instant deadline = step.view.now + std::min(ttl, Duration(1min));
    waiting_.emplace(step.store(std::move(command)), Waiting{from, deadline, std::move(request)});
  }

  /// Calls `answer(from, request, found)` for what is still waited for. False for an answer to somebody else.
  template <class Answer>
  bool on_storage(port::Ticket ticket, Result<storage::Answer>& found, port::Step& step, Answer answer) {
    auto waiting = waiting_.extract(ticket);
    if (waiting.empty()) return false;
    const auto& [from, deadline, asked] = waiting.mapped();
    if (step.view.now >= deadline) {
      step.out.notice(port::NoticeKind::work_expired);
      return true;
    }
    std::visit(
        [&](const auto& request) {
          found ? answer(from, request, *found) : refuse(from, request, std::move(found.error()), step);
        },
        asked);
    return true;
  }

  /// Answers that storage still owes are of a state that is gone: who asked asks again.
  void forget() { waiting_.clear(); }

 private:
  static constexpr std::size_t waiting_max = 256;
  struct Waiting {
    NodeId from;
    Instant deadline;
    std::variant<Requests...> request;
  };

  std::map<port::Ticket, Waiting> waiting_;
};

}  // namespace starling::transfer
