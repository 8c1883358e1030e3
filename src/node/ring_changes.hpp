#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "port/outbox.hpp"
#include "ring/ring.hpp"
#include "topology/conductor.hpp"

namespace starling::node {

struct Rooms;

/// What a change of the ring means for one node: it tells all its rooms when there is a newer ring, the
/// conductor what this node has done for it, and everybody else the ring that was decided here. A
/// member that is none any more stops when it has handed over what it had.
class RingChanges {
 public:
  void start(Rooms& rooms, Instant now, port::Outbox& out);
  /// A ring that a majority has decided, as we know or were told: when there is room for what it gives to us it is
  /// saved, and then gone by.
  void take(Rooms& rooms, ring::Ring ring, Instant now, port::Outbox& out);
  void on_saved(Rooms& rooms, const Result<storage::Answer>& answer, Instant now, port::Outbox& out);
  void on_join_ask(Rooms& rooms, NodeId from, const wire::JoinAsk& ask, Instant now, port::Outbox& out);
  void on_report(Rooms& rooms, NodeId from, const wire::ChangeReport& report, Instant now, port::Outbox& out);
  void on_timer(Rooms& rooms, port::Ticket ticket, Instant now, port::Outbox& out);
  /// Somebody wants to know how the change goes: the others are asked to tell us too, for the next time.
  void ask_around(Rooms& rooms, Instant now, port::Outbox& out);
  void after_step(Rooms& rooms, Instant now, port::Outbox& out);

  /// Why this node does not serve, though it has a ring.
  std::string why_stranger(const Rooms& rooms) const;

 private:
  void adopt(Rooms& rooms, const ring::Ring& before, Instant now, port::Outbox& out);

  std::optional<ring::Ring> next_;                   ///< waits for room
  Epoch decided_here_;                               ///< the last ring that this node has decided
  bool was_member_{};                                ///< in this life
  std::optional<std::vector<Address>> told_to_ask_;  ///< a stranger: there
  std::size_t arriving_{};                           ///< when the conductor looked last
  std::size_t leftovers_{};
};

/// Of this node's part of the change that is under way.
wire::ChangeReport report_change(const Rooms& rooms, const port::View& view);
/// Those who would like to join, and need no operator's word.
std::vector<ring::Member> eager_joiners(const Rooms& rooms, Instant now);
ring::Member member_of(const wire::JoinAsk& ask);
/// Where they may be found.
std::vector<wire::FoundingPropose::Contact> contacts_of_members(const Rooms& rooms);

}  // namespace starling::node
