#include "node/inquiries.hpp"

#include "node/status.hpp"

namespace starling::node {

/// Tells a client who comes too early or too late so.
bool InquiryDispatch::refused() const {
  if (rooms.life == Rooms::Life::ready) return false;
  Error error{ErrorCode::not_ready, "this node does not serve: " + rooms.waiting()};
  out.answer(client, port::Failure{.error = std::move(error), .acked = {}});
  return true;
}

std::vector<port::MemberInfo> InquiryDispatch::members() const {
  return list_members(rooms.membership.members(), rooms.book.ring(), rooms.boot.node);
}

void InquiryDispatch::operator()(port::GetRequest&& request) {
  if (!refused()) rooms.coordinator->on_client(client, std::move(request), rooms.view(now), out);
}

void InquiryDispatch::operator()(port::PutRequest&& request) {
  if (!refused()) rooms.coordinator->on_client(client, std::move(request), wall, rooms.view(now), out);
}

void InquiryDispatch::operator()(port::ScanRequest&& request) {
  if (!refused()) rooms.coordinator->on_client(client, std::move(request), rooms.view(now), out);
}

void InquiryDispatch::operator()(port::MembersRequest&&) { out.answer(client, port::MembersReply{members()}); }

void InquiryDispatch::operator()(port::RingRequest&&) {
  const ring::Ring* ring = rooms.book.ring();
  out.answer(client, port::RingReply{.ring = ring ? encode(*ring) : Bytes{}, .members = members()});
}

void InquiryDispatch::operator()(port::StatusRequest&&) {
  out.answer(client, make_status({rooms.book.ring(), members(), rooms.membership, rooms.waiting()}));
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
