#include "coordinator/in_flight.hpp"

#include <fmt/format.h>

namespace starling::coordinator {

Request write_request(Requester requester, Write write, const ring::Ring& ring, NodeId self) {
  if (ring.owns(self, write.partition)) return PutRequest(requester, std::move(write));
  return ForwardedWrite(requester, std::move(write));
}

InFlight::InFlight(const Config& config, NodeId self, const Secret& secret, Random random)
    : config_(config),
      self_(self),
      secret_(secret),
      read_latency_(config.hedge_floor, config.hedge_ceiling),
      works_(random.next()) {}

Result<void> InFlight::admit(std::size_t bytes, port::Outbox& out) const {
  if (size() < config_.in_flight_max && bytes_ + bytes <= config_.bytes_in_flight_max) return {};
  out.notice(port::NoticeKind::request_overloaded);
  return fail(ErrorCode::overloaded,
              fmt::format("{} requests with {} bytes are under way on this node; try again later", size(), bytes_));
}

void InFlight::start(Request request, std::size_t bytes, Instant deadline, const View& view, port::Outbox& out) {
  const auto number = works_.insert(Work{std::move(request), bytes, deadline, deadline});
  bytes_ += bytes;
  react(number, view, out, [](auto& begun, Step& step) { return begun.begin(step); });
}

void InFlight::on_storage(std::uint64_t number, Result<storage::Answer> answer, const View& view, port::Outbox& out) {
  react(number, view, out, [&](auto& request, Step& step) {
    if constexpr (requires { request.on_storage(std::move(answer), step); })
      return request.on_storage(std::move(answer), step);
    else
      return Progress::waiting;
  });
}

void InFlight::on_peer_lost(NodeId peer, const View& view, port::Outbox& out) {
  for (std::uint32_t slot = 0; slot < works_.slots(); ++slot)
    if (const auto number = works_.in_slot(slot))
      react(*number, view, out, [&](auto& request, Step& step) { return request.on_peer_lost(peer, step); });
}

void InFlight::on_ring(const View& view, port::Outbox& out) {
  for (std::uint32_t slot = 0; slot < works_.slots(); ++slot)
    if (const auto number = works_.in_slot(slot))
      react(*number, view, out, [&](auto& request, Step& step) {
        if constexpr (requires { request.on_ring(step); })
          return request.on_ring(step);
        else
          return Progress::waiting;
      });
}

void InFlight::on_timer(std::uint64_t number, const View& view, port::Outbox& out) {
  if (number != timer_) return;
  armed_.reset();
  while (const auto slot = wakes_.pop(view.now))
    if (const auto tenant = works_.in_slot(*slot)) wake(*tenant, view, out);
  arm_timer(out);
}

void InFlight::wake(std::uint64_t number, const View& view, port::Outbox& out) {
  const Instant wanted = works_.find(number)->wake;
  if (wanted > view.now) return wakes_.want(SlotTable<Work>::slot_of(number), wanted);
  react(number, view, out, [](auto& request, Step& step) {
    step.wake = step.deadline;
    if constexpr (requires { request.on_late(step); })
      return request.on_late(step);
    else
      return Progress::waiting;
  });
}

Step InFlight::step_at(Instant deadline, const View& view, port::Outbox& out, std::uint64_t number) {
  return {config_, self_, secret_, read_latency_, view, out, number, deadline, deadline};
}

void InFlight::settle(Work& work, Progress progress, Step& step) {
  while (progress == Progress::next_stage) {
    step.number = works_.renumber(step.number);
    step.wake = step.deadline;
    progress = begin_next_stage(work, step);
  }
  if (progress == Progress::answered) {
    let_listen(work);
    if (listening_ > config_.listening_max) {
      std::visit([&](auto& request) { request.on_deadline(step); }, work.request);
      progress = Progress::finished;
    }
  }
  if (progress == Progress::finished) {
    bytes_ -= work.bytes;
    listening_ -= work.answered ? 1 : 0;
    works_.erase(step.number);
    return;
  }
  work.wake = step.wake;
  wakes_.want(SlotTable<Work>::slot_of(step.number), work.wake);
}

void InFlight::let_listen(Work& work) {
  if (std::exchange(work.answered, true)) return;
  bytes_ -= std::exchange(work.bytes, 0);
  ++listening_;
}

Progress InFlight::begin_next_stage(Work& work, Step& step) {
  const ring::Ring& ring = step.view.ring;
  if (auto* deletion = std::get_if<DeleteRequest>(&work.request); deletion && deletion->has_read())
    work.request = write_request(deletion->client(), deletion->take_write(), ring, self_);
  if (auto* forwarded = std::get_if<ForwardedWrite>(&work.request);
      forwarded && ring.owns(self_, forwarded->partition()))
    work.request = write_request(forwarded->requester(), forwarded->take_write(), ring, self_);
  return std::visit([&](auto& request) { return request.begin(step); }, work.request);
}

void InFlight::arm_timer(port::Outbox& out) {
  const auto earliest = wakes_.earliest();
  if (!earliest || (armed_ && *armed_ <= *earliest)) return;
  armed_ = earliest;
  out.arm({port::Room::coordinator, ++timer_}, *earliest);
}

}  // namespace starling::coordinator
