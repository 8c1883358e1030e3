#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

#include "base/random.hpp"
#include "base/slot_table.hpp"
#include "coordinator/delete_request.hpp"
#include "coordinator/forwarded_write.hpp"
#include "coordinator/get_request.hpp"
#include "coordinator/put_request.hpp"
#include "coordinator/scan_request.hpp"
#include "coordinator/step.hpp"
#include "coordinator/wake_queue.hpp"

namespace starling::coordinator {

using Request = std::variant<GetRequest, PutRequest, DeleteRequest, ForwardedWrite, ScanRequest>;

/// A write by whoever can carry it out: ourselves if we are a replica, else one that is.
Request write_request(Requester requester, Write write, const ring::Ring& ring, NodeId self);

/// The requests under way: finds the one that an event is for, lets it react, and takes it away
/// once it is done. Sees to it that each is woken when it wants to be and answers by its
/// deadline, and that there are never more than the limits allow. A write that has answered may
/// listen on until then for the replicas that have not, for they are owed a hint; it no longer
/// counts against the limit of those that clients wait for.
class InFlight {
 public:
  InFlight(const Config& config, NodeId self, const Secret& secret, Random random);

  /// Those that somebody waits for, and those that only listen on.
  std::size_t size() const { return works_.size() - listening_; }
  std::size_t listening() const { return listening_; }
  /// `overloaded` where one more request of so many bytes would be too much.
  Result<void> admit(std::size_t bytes, port::Outbox& out) const;
  void start(Request request, std::size_t bytes, Instant deadline, const View& view, port::Outbox& out);

  template <class Reply>
  void on_message(NodeId from, Reply reply, const View& view, port::Outbox& out) {
    react(reply.request.value, view, out, [&](auto& request, Step& step) {
      if constexpr (requires { request.on_message(from, std::move(reply), step); })
        return request.on_message(from, std::move(reply), step);
      else
        return Progress::waiting;
    });
  }
  void on_storage(std::uint64_t number, Result<storage::Answer> answer, const View& view, port::Outbox& out);
  void on_timer(std::uint64_t number, const View& view, port::Outbox& out);
  void on_peer_lost(NodeId peer, const View& view, port::Outbox& out);
  void on_ring(const View& view, port::Outbox& out);

  /// For what a request wants to know before it is started.
  Step step_at(Instant deadline, const View& view, port::Outbox& out, std::uint64_t number = 0);

 private:
  struct Work {
    Request request;
    std::size_t bytes{};
    Instant deadline;
    Instant wake;
    bool answered{};
  };

  /// `reaction` is called with the request, whatever its kind, and a step.
  template <class Reaction>
  void react(std::uint64_t number, const View& view, port::Outbox& out, Reaction reaction) {
    Work* work = works_.find(number);
    if (work == nullptr) return;
    Step step = step_at(work->deadline, view, out, number);
    step.wake = work->wake;
    if (view.now >= work->deadline) {
      std::visit([&](auto& request) { request.on_deadline(step); }, work->request);
      settle(*work, Progress::finished, step);
    } else {
      settle(*work, std::visit([&](auto& request) { return reaction(request, step); }, work->request), step);
    }
    arm_timer(out);
  }
  void settle(Work& work, Progress progress, Step& step);
  void let_listen(Work& work);
  Progress begin_next_stage(Work& work, Step& step);
  void wake(std::uint64_t number, const View& view, port::Outbox& out);
  void arm_timer(port::Outbox& out);

  Config config_;
  NodeId self_;
  Secret secret_;
  LatencyEstimate read_latency_;
  SlotTable<Work> works_;
  std::size_t bytes_{};  ///< of those that somebody waits for
  std::size_t listening_{};
  WakeQueue wakes_;
  std::uint64_t timer_{};         ///< the number of the timer that counts
  std::optional<Instant> armed_;  ///< when it goes off
};

}  // namespace starling::coordinator
