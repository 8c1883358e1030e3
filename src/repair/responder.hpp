#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <variant>
#include <vector>

#include "repair/leftovers.hpp"
#include "repair/marks.hpp"
#include "repair/step.hpp"

namespace starling::repair {

/// Answers what other replicas ask in order to compare themselves with us. It remembers nothing of
/// them but whom storage's next answers are for.
class Responder {
 public:
  explicit Responder(const Leftovers& leftovers) : leftovers_(leftovers) {}

  void on_message(NodeId from, wire::RepairMarks marks, Step& step);
  void on_message(NodeId from, wire::PullRequest pull, Step& step);
  void on_message(NodeId from, wire::SumsRequest sums, Step& step);
  void on_message(NodeId from, wire::DigestsRequest digests, Step& step);
  void on_message(NodeId from, wire::LeftoverOffer offer, Step& step);

  /// Partitions that a peer was found to hold as we do, by its marks.
  struct Agreed {
    NodeId peer;
    std::vector<storage::PartitionSurvey> equal;
  };
  /// What a former owner has seen of partitions, and we have not.
  struct Lacking {
    NodeId peer;
    std::vector<TheirView> views;
  };
  /// False for an answer to somebody else.
  bool on_storage(port::Ticket ticket, Result<storage::Answer>& answer, Step& step);
  std::optional<Agreed> take_agreed() { return std::exchange(agreed_, std::nullopt); }
  std::optional<Lacking> take_lacking() { return std::exchange(lacking_, std::nullopt); }

  /// Answers that storage still owes are of a state that is gone: who asked asks again.
  void forget() { waiting_.clear(); }

  /// Of rows that others have pulled.
  std::uint64_t bytes_sent() const { return bytes_sent_; }

 private:
  using Request =
      std::variant<wire::RepairMarks, wire::PullRequest, wire::SumsRequest, wire::DigestsRequest, wire::LeftoverOffer>;
  struct Waiting {
    NodeId from;
    Instant deadline;
    Request request;
  };

  /// `version`: of the partition, as the sender has it.
  Result<> admit(NodeId from, Epoch version, PartitionId partition, Step& step) const;
  Result<> admit_all(Epoch epoch, Step& step) const;
  void store(NodeId from, Duration ttl, Request request, storage::Command command, Step& step);

  void answer(NodeId from, const wire::RepairMarks& marks, storage::Answer& found, Step& step);
  void answer(NodeId from, const wire::PullRequest& pull, storage::Answer& found, Step& step);
  void answer(NodeId from, const wire::LeftoverOffer& offer, storage::Answer& found, Step& step);
  static void answer(NodeId from, const wire::SumsRequest& sums, storage::Answer& found, Step& step);
  static void answer(NodeId from, const wire::DigestsRequest& digests, storage::Answer& found, Step& step);

  const Leftovers& leftovers_;
  std::map<port::Ticket, Waiting> waiting_;
  std::optional<Agreed> agreed_;
  std::optional<Lacking> lacking_;
  std::uint64_t bytes_sent_{};
};

}  // namespace starling::repair
