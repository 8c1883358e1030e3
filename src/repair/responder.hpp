#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "repair/marks.hpp"
#include "repair/step.hpp"
#include "transfer/asked.hpp"
#include "transfer/views.hpp"

namespace starling::repair {

/// Answers what other replicas ask in order to compare themselves with us. It remembers nothing of
/// them but whom storage's next answers are for.
class Responder {
 public:
  void on_message(NodeId from, wire::RepairMarks marks, Step& step);
  void on_message(NodeId from, wire::SumsRequest sums, Step& step);
  void on_message(NodeId from, wire::DigestsRequest digests, Step& step);

  /// Partitions that a peer was found to hold as we do, by its marks.
  struct Agreed {
    NodeId peer;
    std::vector<storage::PartitionSurvey> equal;
  };
  /// False for an answer to somebody else.
  bool on_storage(port::Ticket ticket, Result<storage::Answer>& answer, Step& step);
  std::optional<Agreed> take_agreed() { return std::exchange(agreed_, std::nullopt); }

  /// Answers that storage still owes are of a state that is gone: who asked asks again.
  void forget() { asked_.forget(); }

 private:
  /// Requests about one partition say which version of it they mean.
  template <class Request>
  Result<> admit(NodeId from, const Request& request, const Step& step) const;

  void answer(NodeId from, const wire::RepairMarks& marks, storage::Answer& found, Step& step);
  static void answer(NodeId from, const wire::SumsRequest& sums, storage::Answer& found, Step& step);
  static void answer(NodeId from, const wire::DigestsRequest& digests, storage::Answer& found, Step& step);

  transfer::Asked<wire::RepairMarks, wire::SumsRequest, wire::DigestsRequest> asked_;
  std::optional<Agreed> agreed_;
};

}  // namespace starling::repair
