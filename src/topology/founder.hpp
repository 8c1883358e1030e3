#pragma once

#include <optional>
#include <vector>

#include "base/random.hpp"
#include "port/outbox.hpp"
#include "port/tickets.hpp"
#include "topology/founding_types.hpp"

namespace starling::topology {

/// The coordinator of one founding, a two-phase commit (Gray 1978; presumed abort: Mohan, Lindsay
/// 1983): probe every address, propose the ring to everybody, and when all have durably voted yes,
/// decide by writing our own ring record. Before that write the founding can only abort, after
/// it it can only commit, and a founder that remembers nothing has aborted.
class Founder {
 public:
  /// `client`: who asked; nobody for a cluster of one that founds itself at start.
  Founder(const FoundingConfig& config, std::optional<port::ClientToken> client, Random& random,
          port::Tickets& tickets);

  void begin(const std::vector<Address>& addresses, Instant now, port::Outbox& out);
  void on_probe_reply(NodeId from, const wire::FoundingProbeReply& reply, Instant now, port::Outbox& out);
  void on_vote(NodeId from, const wire::FoundingVote& vote, port::Outbox& out);
  void on_acknowledged(NodeId from);
  void on_timer(port::Ticket ticket, Instant now, port::Outbox& out);
  /// The cluster, once, when its commit is durable.
  std::optional<Founded> on_stored(port::Ticket ticket, const Result<storage::Answer>& answer, port::Outbox& out);

  ClusterId cluster() const { return cluster_.cluster; }
  /// Still to be decided: no other founding may have this node.
  bool undecided() const { return stage_ <= Stage::committing; }
  /// Nobody has to be told anything any more.
  bool finished() const { return stage_ == Stage::finished; }

 private:
  enum class Stage : std::uint8_t { probing, proposing, committing, announcing, finished };
  struct Peer {
    Address asked;  ///< as the operator wrote it
    wire::RequestId request;
    std::optional<wire::FoundingProbeReply> probed;
    bool voted{};
    bool acknowledged{};
  };

  void propose(Instant now, port::Outbox& out);
  bool merge_duplicates(port::Outbox& out);
  Result<ring::Ring> plan_ring() const;
  void commit(port::Outbox& out);
  void give_up(Error error, port::Outbox& out);
  void give_up_on_silent(port::Outbox& out);
  void enter(Stage stage, Instant now, port::Outbox& out);
  void send_round(port::Outbox& out);

  const FoundingConfig& config_;
  port::Tickets& tickets_;
  std::optional<port::ClientToken> client_;
  ClusterRecord cluster_;
  Stage stage_{Stage::probing};
  Instant deadline_;
  port::Ticket timer_;
  port::Ticket commit_;
  std::vector<Peer> peers_;
  std::optional<ring::Ring> ring_;
  wire::FoundingPropose proposal_;
};

}  // namespace starling::topology
