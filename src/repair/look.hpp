#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "repair/marks.hpp"
#include "repair/step.hpp"
#include "transfer/views.hpp"

namespace starling::repair {

using transfer::TheirView;

/// What a look has shown.
struct Comparison {
  struct Difference {
    storage::PartitionSurvey ours;
    TheirView theirs;
  };
  std::vector<storage::PartitionSurvey> equal;
  std::vector<Difference> differing;
};

/// Compares what we and one other replica hold of all partitions that both own: marks of ours go
/// there, its views of those that differ come back, and it is sent ours of the same, so that both know
/// both. Changes nothing.
class Look {
 public:
  explicit Look(NodeId peer) : peer_(peer) {}

  bool idle() const { return stage_ == Stage::idle; }
  Instant deadline() const { return deadline_; }
  void begin(Step& step);
  void give_up() { stage_ = Stage::idle; }

  /// False for an answer to somebody else.
  bool on_storage(port::Ticket ticket, Result<storage::Answer>& answer, Step& step);
  /// Nothing where the look has failed, or these are not the views that it waits for.
  std::optional<Comparison> on_views(const wire::RepairViews& views, Step& step);

 private:
  enum class Stage : std::uint8_t { idle, surveying, asked };

  Comparison compare(std::vector<TheirView> theirs, std::size_t compared);

  NodeId peer_;
  Stage stage_{Stage::idle};
  port::Ticket waiting_;
  wire::RequestId request_;
  Instant deadline_;
  std::vector<storage::PartitionSurvey> ours_;
};

}  // namespace starling::repair
