#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "causal/seen.hpp"
#include "repair/step.hpp"
#include "transfer/pull.hpp"

namespace starling::repair {

using transfer::Share;

/// What others have seen and we perhaps not. It is looked at twice: what we still lack when the
/// writes and hints that were under way at the first look must have arrived, we have missed.
/// The second look costs no message.
class Gaps {
 public:
  /// At a first look. One that waits already is not put off.
  void note(Share share, causal::Seen theirs, Instant second_look);
  void forget(NodeId peer);

  /// When there is something to do; nothing if there is nothing.
  std::optional<Instant> due() const;
  void on_timer(Step& step);

  struct Result {
    std::vector<std::pair<Share, causal::Seen>> lacking;
    std::vector<Share> closed;  ///< all of it has arrived
  };
  /// Nothing for an answer to somebody else.
  std::optional<Result> on_storage(port::Ticket ticket, starling::Result<storage::Answer>& answer);

 private:
  struct Gap {
    causal::Seen theirs;
    Instant second_look;
  };

  std::map<Share, Gap> gaps_;
  std::set<Share> looked_at_;  ///< by the survey that is under way
  port::Ticket waiting_;
};

}  // namespace starling::repair
