#pragma once

#include "node/rooms.hpp"

namespace starling::node {

/// Hands one event to the room that knows. Nothing is decided here.
struct EventDispatch {
  Rooms& rooms;
  Instant now;
  port::Outbox& out;

  void operator()(port::MessageArrived&& event);
  void operator()(port::DatagramArrived&& event);
  void operator()(port::TimerElapsed&& event);
  void operator()(port::StorageAnswered&& event);
  void operator()(port::ClientAsked&& event);
  void operator()(port::PeerConnected&& event);
  void operator()(port::PeerDisconnected&& event);
  void operator()(port::SeedsResolved&& event);
  void operator()(port::StopAsked&& event);
};

}  // namespace starling::node
