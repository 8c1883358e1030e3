#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/ids.hpp"
#include "wire/request.hpp"
/// The messages about rings, how they are founded, decided and changed: part of wire::Message.
namespace starling::wire {

/// Whoever learns of a higher epoch fetches its ring.
struct RingFetch {
  friend bool operator==(const RingFetch&, const RingFetch&) = default;
};
struct RingIs {
  Bytes ring;  ///< ring::encode
  friend bool operator==(const RingIs&, const RingIs&) = default;
};

// --- Founding a cluster: two-phase commit among the founding members (topology/founding.hpp) ---

/// "Who are you, and are you free?"
struct FoundingProbe {
  RequestId request;
  friend bool operator==(const FoundingProbe&, const FoundingProbe&) = default;
};
struct FoundingProbeReply {
  RequestId request;
  NodeId node;
  std::string name;
  std::string zone;
  std::uint32_t weight{1};
  ClusterId cluster;  ///< zero: free
  Address peer;
  friend bool operator==(const FoundingProbeReply&, const FoundingProbeReply&) = default;
};
struct FoundingPropose {
  struct Contact {
    NodeId node;
    Address peer;
    friend bool operator==(const Contact&, const Contact&) = default;
  };
  RequestId request;
  NodeId founder;
  Bytes ring;
  Secret secret{};
  std::vector<Contact> contacts;
  friend bool operator==(const FoundingPropose&, const FoundingPropose&) = default;
};
struct FoundingVote {
  RequestId request;
  bool accepted{};
  std::string reason;  ///< why not, in words for the operator
  friend bool operator==(const FoundingVote&, const FoundingVote&) = default;
};
enum class FoundingOutcome : std::uint8_t { undecided, committed, aborted };
/// "What became of this cluster's founding?" — asked by a member that voted yes and heard no more.
struct FoundingQuery {
  ClusterId cluster;
  friend bool operator==(const FoundingQuery&, const FoundingQuery&) = default;
};
struct FoundingDecision {
  ClusterId cluster;
  FoundingOutcome outcome{};
  friend bool operator==(const FoundingDecision&, const FoundingDecision&) = default;
};

// --- Deciding on the next ring: Paxos Made Simple §2.2 (topology/register.hpp) -----------------

/// Numbers of proposals: no two nodes use the same. Round 0: none.
struct Ballot {
  std::uint64_t round{};
  NodeId node;
  friend auto operator<=>(const Ballot&, const Ballot&) = default;
};
/// Phase 1a. `epoch`: of the ring that is to be decided.
struct PaxosPrepare {
  Epoch epoch;
  Ballot ballot;
  friend bool operator==(const PaxosPrepare&, const PaxosPrepare&) = default;
};
/// Phase 1b, durable before it is sent. A promise if `promised` is `ballot`, else a refusal.
struct PaxosPromise {
  Epoch epoch;
  Ballot ballot;    ///< that this answers
  Ballot promised;  ///< the highest that the sender has promised
  Ballot accepted;  ///< of the ring below; round 0: none
  Bytes ring;
  friend bool operator==(const PaxosPromise&, const PaxosPromise&) = default;
};
/// Phase 2a.
struct PaxosAccept {
  Epoch epoch;
  Ballot ballot;
  Bytes ring;
  friend bool operator==(const PaxosAccept&, const PaxosAccept&) = default;
};
/// Phase 2b, durable before it is sent. Accepted if `promised` is `ballot`, else a refusal.
struct PaxosAccepted {
  Epoch epoch;
  Ballot ballot;
  Ballot promised;
  friend bool operator==(const PaxosAccepted&, const PaxosAccepted&) = default;
};

// --- Joining, and how far a change has come (topology/joiner.hpp, topology/conductor.hpp) ------

/// "I am in no cluster, and would like to be in yours."
struct JoinAsk {
  NodeId node;
  std::string name;
  std::string zone;
  std::uint32_t weight{1};
  Address peer;
  bool at_once{};  ///< without waiting for an operator's word
  friend bool operator==(const JoinAsk&, const JoinAsk&) = default;
};
/// "Ask to join": to an address that an operator has named. With members who may be asked.
struct JoinInvite {
  std::vector<FoundingPropose::Contact> contacts;
  friend bool operator==(const JoinInvite&, const JoinInvite&) = default;
};
/// "You are in this ring", with all that a member has to know. Or "not yet", with others who may be asked.
struct JoinWelcome {
  Bytes ring;  ///< empty: not yet, and then there is no secret either
  Secret secret{};
  NodeId founder;
  std::vector<FoundingPropose::Contact> contacts;
  friend bool operator==(const JoinWelcome&, const JoinWelcome&) = default;
};
/// Tells the others, while a change is under way, how far its sender has come with its part of it.
struct ChangeReport {
  Epoch epoch;                    ///< of the sender's ring
  std::uint32_t arriving{};       ///< partitions that it is to own and does not hold yet
  std::uint32_t arrived{};        ///< those that it holds by now
  std::uint64_t rows{};           ///< that it has fetched for this change
  std::uint64_t bytes{};          ///< of these rows
  std::uint32_t leftovers{};      ///< partitions that it owns no more, and has not dropped yet
  bool reply_wanted{};            ///< a report of the receiver
  std::vector<NodeId> waits_for;  ///< who has what it still needs, and does not answer
  friend bool operator==(const ChangeReport&, const ChangeReport&) = default;
};

// --- Beginning a new lineage of rings by force (topology/new_lineage.hpp) ----------------------

/// "A majority is gone for good. Do you agree to this ring?"
struct LineageAsk {
  RequestId request;
  Epoch base;  ///< of the ring that the sender goes by
  Bytes ring;
  friend bool operator==(const LineageAsk&, const LineageAsk&) = default;
};
struct LineageReply {
  RequestId request;
  std::string refusal;  ///< why not, in words for the operator; empty: agreed
  friend bool operator==(const LineageReply&, const LineageReply&) = default;
};

}  // namespace starling::wire
