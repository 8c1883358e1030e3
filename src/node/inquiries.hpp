#pragma once

#include "node/rooms.hpp"

namespace starling::node {

/// Answers a client, or hands its request to the room that will.
struct InquiryDispatch {
  Rooms& rooms;
  port::ClientToken client;
  WallTime wall;
  Instant now;
  port::Outbox& out;

  void operator()(port::GetRequest&& request);
  void operator()(port::PutRequest&& request);
  void operator()(port::ScanRequest&& request);
  void operator()(port::MembersRequest&& request);
  void operator()(port::RingRequest&& request);
  void operator()(port::StatusRequest&& request);
  void operator()(port::InfoRequest&& request);
  void operator()(port::StatsRequest&& request);
  void operator()(port::InitRequest&& request);
  void operator()(port::RepairStatusRequest&& request);
  void operator()(port::RepairNowRequest&& request);
  void operator()(port::ChangeRequest&& request);

 private:
  bool refused() const;
  bool in_no_cluster() const;
  std::vector<port::MemberInfo> members() const;
};

}  // namespace starling::node
