#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "transfer/asked.hpp"
#include "transfer/step.hpp"
#include "transfer/views.hpp"

namespace starling::transfer {

/// Tells former owners of our partitions how much of what they have seen we have too (the other side of Leftovers),
/// and finds out what we still lack of it.
class Heir {
 public:
  void on_message(NodeId from, wire::LeftoverOffer offer, Step& step);
  /// False for an answer to somebody else.
  bool on_storage(port::Ticket ticket, Result<storage::Answer>& found, Step& step);
  /// What is being looked up is of a state that is gone.
  void forget() { asked_.forget(); }

  /// What a former owner has seen of partitions, and we have not.
  struct Lacking {
    NodeId former_owner;
    std::vector<TheirView> views;
  };
  std::optional<Lacking> take_lacking() { return std::exchange(lacking_, std::nullopt); }

 private:
  void answer(NodeId from, const wire::LeftoverOffer& offer, storage::SurveyAnswer& ours, Step& step);

  Asked<wire::LeftoverOffer> asked_;
  std::optional<Lacking> lacking_;
};

}  // namespace starling::transfer
