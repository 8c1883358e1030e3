#pragma once

#include <array>
#include <string_view>
#include <variant>

#include "wire/messages.hpp"

namespace starling::wire {

/// How the kinds of messages are called in counters, in the order of wire::Message.
inline constexpr auto message_names = std::to_array<std::string_view>(
    {"read_request",   "read_reply",       "merge_request",     "merge_reply",    "forward_write",
     "forward_reply",  "scan_request",     "scan_reply",        "actor_check",    "actor_check_reply",
     "ring_fetch",     "ring_is",          "founding_probe",    "founding_reply", "founding_propose",
     "founding_vote",  "founding_query",   "founding_decision", "stream_ping",    "stream_ack",
     "push_pull",      "handoff_offer",    "handoff_grant",     "repair_marks",   "repair_views",
     "pull_request",   "pull_reply",       "sums_request",      "sums_reply",     "digests_request",
     "digests_reply",  "stand_in_request", "paxos_prepare",     "paxos_promise",  "paxos_accept",
     "paxos_accepted", "join_ask",         "join_invite",       "join_welcome",   "change_report",
     "leftover_offer", "leftover_reply",   "lineage_ask",       "lineage_reply"});
static_assert(message_names.size() == std::variant_size_v<Message>, "every kind of message has a name");

}  // namespace starling::wire
