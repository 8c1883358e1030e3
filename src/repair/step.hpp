#pragma once

#include <cstdint>
#include <utility>
#include <variant>

#include "base/ensure.hpp"
#include "port/outbox.hpp"
#include "port/tickets.hpp"
#include "repair/config.hpp"
#include "storage/commands.hpp"
#include "storage/merkle_tree.hpp"
#include "wire/messages.hpp"

namespace starling::repair {

/// One reaction of this room: what it may know, and where its effects go.
struct Step {
  const Config& config;
  const View& view;
  NodeId self;
  port::Tickets& tickets;
  std::uint64_t& last_request;
  port::Outbox& out;

  wire::RequestId next_request() { return {++last_request}; }
  port::Ticket store(storage::Command command) {
    const port::Ticket ticket = tickets.next();
    out.store(ticket, std::move(command));
    return ticket;
  }
  Instant deadline() const { return view.now + config.patience; }
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

}  // namespace starling::repair
