#pragma once

#include <cstdint>
#include <utility>
#include <variant>

#include "base/ensure.hpp"
#include "port/outbox.hpp"
#include "port/peers.hpp"
#include "port/tickets.hpp"
#include "storage/commands.hpp"
#include "storage/merkle_tree.hpp"
#include "wire/messages.hpp"

namespace starling::port {

/// One reaction of a room that asks storage and other nodes: what it may know, and where its effects go.
struct Step {
  const View& view;
  NodeId self;
  Tickets& tickets;
  std::uint64_t& last_request;
  Outbox& out;

  wire::RequestId next_request() { return {++last_request}; }
  Ticket store(storage::Command command) {
    const Ticket ticket = tickets.next();
    out.store(ticket, std::move(command));
    return ticket;
  }
  storage::TokenRange tokens_of(PartitionId partition) const {
    return {view.ring.first_token(partition), view.ring.last_token(partition)};
  }
};

/// What storage must have answered; anything else is a bug.
template <class Wanted>
Wanted& expect(storage::Answer& answer) {
  auto* wanted = std::get_if<Wanted>(&answer);
  ensure(wanted != nullptr, "storage answered another question");
  return *wanted;
}

}  // namespace starling::port
