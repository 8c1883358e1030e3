#include "node/inquiries.hpp"

#include <fmt/format.h>

#include "node/change_status.hpp"
#include "node/repair_report.hpp"
#include "node/repair_words.hpp"
#include "node/status.hpp"

namespace starling::node {

/// Tells a client who comes too early or too late so.
bool InquiryDispatch::refused() const {
  if (rooms.life == Rooms::Life::ready) return false;
  Error error{ErrorCode::not_ready, "this node does not serve: " + rooms.waiting()};
  out.answer(client, port::Failure{.error = std::move(error), .acked = {}});
  return true;
}

bool InquiryDispatch::in_no_cluster() const {
  if (rooms.book.ring()) return false;
  Error error{ErrorCode::not_ready, "this node does not serve: " + rooms.waiting()};
  out.answer(client, port::Failure{.error = std::move(error), .acked = {}});
  return true;
}

std::vector<port::MemberInfo> InquiryDispatch::members() const {
  return list_members(rooms.membership.members(), rooms.book.ring(), rooms.boot.node);
}

void InquiryDispatch::operator()(port::GetRequest&& request) {
  if (!refused()) rooms.coordinator->on_client(client, std::move(request), rooms.serving(now), out);
}

void InquiryDispatch::operator()(port::PutRequest&& request) {
  if (!refused()) rooms.coordinator->on_client(client, std::move(request), wall, rooms.serving(now), out);
}

void InquiryDispatch::operator()(port::ScanRequest&& request) {
  if (!refused()) rooms.coordinator->on_client(client, std::move(request), rooms.serving(now), out);
}

void InquiryDispatch::operator()(port::MembersRequest&&) { out.answer(client, port::MembersReply{members()}); }

void InquiryDispatch::operator()(port::RingRequest&&) {
  const ring::Ring* ring = rooms.book.ring();
  out.answer(client, port::RingReply{.ring = ring ? encode(*ring) : Bytes{}, .members = members()});
}

void InquiryDispatch::operator()(port::StatusRequest&&) {
  auto status = make_status({rooms.book.ring(), members(), rooms.membership, rooms.waiting()});
  if (rooms.book.ring()) {
    add_change(rooms, now, status);
    rooms.changes.ask_around(rooms, now, out);
  }
  if (rooms.book.ring())
    for (auto& problem : repair_problems(report_repair(rooms, now))) status.problems.push_back(std::move(problem));
  if (const auto& recovering = rooms.recovering.partitions(); !recovering.empty())
    status.problems.push_back(recovering_problem(recovering.size()));
  out.answer(client, std::move(status));
}

void InquiryDispatch::operator()(port::RepairStatusRequest&&) {
  if (!in_no_cluster()) out.answer(client, report_repair(rooms, now));
}

void InquiryDispatch::operator()(port::RepairNowRequest&& request) {
  if (in_no_cluster()) return;
  const ring::Ring& ring = *rooms.book.ring();
  std::vector<PartitionId> partitions = ring.partitions_of(rooms.boot.node);
  if (request.partition) {
    if (request.partition->value >= ring.partitions()) {
      Error error{ErrorCode::invalid, fmt::format("there is no partition {}: they are numbered from 0 to {}",
                                                  request.partition->value, ring.partitions() - 1)};
      return out.answer(client, port::Failure{.error = std::move(error), .acked = {}});
    }
    std::erase_if(partitions, [&](PartitionId one) { return one != *request.partition; });
  }
  if (!partitions.empty()) rooms.repair.repair_now(partitions, rooms.view(now), out);
  out.answer(client, port::RepairNowReply{static_cast<std::uint32_t>(partitions.size())});
}

void InquiryDispatch::operator()(port::ChangeRequest&& request) {
  if (!refused()) rooms.change_requests.on_client(rooms, client, std::move(request), now, out);
}

void InquiryDispatch::operator()(port::InfoRequest&&) {
  const ring::Ring* ring = rooms.book.ring();
  out.answer(client, port::InfoReply{.node = rooms.boot.node,
                                     .name = rooms.config.name,
                                     .cluster = ring ? ring->cluster() : ClusterId{},
                                     .generation = rooms.boot.generation,
                                     .peer = rooms.config.peer,
                                     .client = rooms.config.client,
                                     .ready = rooms.life == Rooms::Life::ready});
}

void InquiryDispatch::operator()(port::StatsRequest&&) {
  port::StatsReply stats;
  const std::size_t coordinated = rooms.coordinator ? rooms.coordinator->in_flight() : 0;
  stats.counters.emplace_back("requests_in_flight", coordinated);
  stats.counters.emplace_back("replica_work_in_flight", rooms.replica.in_flight());
  out.answer(client, std::move(stats));
}

void InquiryDispatch::operator()(port::InitRequest&& request) {
  if (rooms.life == Rooms::Life::stopping) {
    refused();
    return;
  }
  rooms.founding.on_init(client, request, now, out);
}

}  // namespace starling::node
