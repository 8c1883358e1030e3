#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "transfer/step.hpp"

namespace starling::transfer {

/// What this node has of partitions that it owns no more. Before it forgets one it makes sure that the
/// others lack nothing of it: it tells those who own it now what it has seen, they fetch what they have
/// not, and say so. That takes all of them that can be reached, and a majority at least; between them
/// anti-entropy does the rest. Then it waits for a grace, for people who change their minds, and drops it,
/// a few rows at a time so that nobody waits long. From the first of them on it is of no use to anybody,
/// also after a restart: a durable mark says so (storage::DropPartition).
///
/// Nothing of it is served meanwhile. If the node is to own such a partition again, what is left of its
/// first life goes before the ring that says so is taken: it must begin with nothing, because deletes
/// may have been forgotten by everybody else since.
class Leftovers {
 public:
  explicit Leftovers(NodeId self) : self_(self) {}

  /// After a start, and whenever the node goes by another ring: finds what is left.
  void look(Step& step);
  /// `next` is to be taken, as soon as there is room: what it gives back to us goes first.
  void make_room(const ring::Ring& next, Step& step);
  bool has_room() const;
  /// What has been handed over goes now, without the grace: a ring is about to be made that may give it back to us, or
  /// this node is a stranger here who would like to be taken in again.
  void forgo_grace() { graceful_ = false; }

  /// It may come back with an older directory: what it had of ours, it must say once more.
  void on_peer_lost(NodeId peer);
  std::optional<Instant> due() const;
  void on_timer(Step& step);
  /// False for an answer to somebody else.
  bool on_storage(port::Ticket ticket, Result<storage::Answer>& answer, Step& step);
  void on_reply(NodeId from, const wire::LeftoverReply& reply, Step& step);

  /// Others may still fetch it.
  bool has(PartitionId partition) const;
  /// It is known what there is.
  bool known() const { return known_; }
  /// By the present ring, too: what it has just taken from us is among it.
  bool known_by_now() const { return known_ && !listing_; }
  std::size_t kept() const { return partitions_.size(); }
  /// Partitions that others may not have all of.
  std::size_t not_handed_over() const;

 private:
  struct Leftover {
    std::set<NodeId> covered_by;
    std::optional<Instant> handed_over_at;
    bool going{};  ///< some of its rows may be gone
  };
  struct Drop {
    port::Ticket ticket;
    PartitionId partition;
    Instant since;
    bool first{};  ///< of its pieces: without it nothing is gone
  };

  void on_listed(const storage::ListPartitionsAnswer& list, Step& step);
  void on_dropped(const Drop& drop, Result<storage::Answer>& answer, Step& step);
  void drop_next(Step& step);
  std::optional<Instant> goes_at(PartitionId partition, const Leftover& leftover, const Step& step) const;
  Duration pause_after(const Drop& drop, const View& view) const;
  void offer(storage::SurveyAnswer& ours, Step& step);
  bool is_handed_over(PartitionId partition, const Leftover& leftover, const View& view) const;
  void drop(PartitionId partition, Step& step);

  NodeId self_;
  bool known_{};
  bool graceful_{true};
  std::map<PartitionId, Leftover> partitions_;
  Instant next_;
  std::set<wire::RequestId> offers_;  ///< since this node goes by its ring: an answer to an earlier one is of the past
  std::optional<port::Ticket> listing_;
  std::optional<port::Ticket> surveying_;
  Instant next_check_;                 ///< all are surveyed then, also what has been handed over
  std::set<PartitionId> wanted_back_;  ///< by the ring that is to be taken
  std::optional<Drop> dropping_;
  std::optional<Instant> drop_wanted_;  ///< the first of them may go
  Instant next_drop_;                   ///< others come first for a while
};

}  // namespace starling::transfer
