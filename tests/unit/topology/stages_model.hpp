#pragma once

#include <string>
#include <vector>

#include "ring/ring.hpp"

namespace starling::topology {

/// What keeps acknowledged writes visible while the ring changes, A being the present list of a
/// partition that moves and B the next; W and R are majorities. Each rule can be dropped, to see
/// that it is needed.
struct StageRules {
  /// A replica serves a request only if both mean the same version of the partition. Else it serves
  /// older ones, too.
  bool versions_equal{true};
  /// Reads go by A until the stage in which they go by B.
  bool newcomers_read_late{true};
  /// That stage is proposed after the newcomer has pulled what A holds.
  bool pull_before_reading{true};
  /// The same where nobody comes and the list gets shorter: after a majority of B has pulled. A write
  /// that is in a majority of three, of whom one leaves, may be in one of the two who stay, and so
  /// in no majority for the change after this one.
  bool stayers_pull{true};
  /// To pull is to take all from the leaver, or to have as much as |A|−W+1 members of A, oneself
  /// among them if one is.
  bool enough_sources{true};
  /// A source has adopted the change, and so takes no older write any more.
  bool sources_adopted{true};
  /// What was pulled for a change that was given up does not count for the one after it.
  bool pulls_end_with_abort{true};
  /// The last stage is proposed after |A|−R+1 members of A have adopted the one in which reads go by B.
  bool seal_before_settling{true};

  /// Not rules but freedoms: who is refused as too old asks again under the newer version, and keeps
  /// what it was told under the older one.
  bool older_acknowledgements_kept{false};
  bool older_answers_kept{false};
};

struct Searched {
  std::string lost;      ///< how an acknowledged write was not seen by a read that began later; or empty
  std::size_t states{};  ///< that were looked at
};

/// Searches all that can happen to the first partition on the way from the first of these rings to
/// the last, each of which follows from the one before: nodes adopt them in any order and at any
/// time, coordinators are as far behind as they like, and who has to pull does so when it likes.
/// A node that is no owner in a settled ring throws its copy away.
///
/// One write and one read are enough, since writes do not touch each other. They are tried in each
/// version with each of the smallest sets of replicas that make a quorum: one copy more never hides
/// anything. A write of which the last owners have no copy is one that a read of them does not see.
Searched search(const std::vector<ring::Ring>& course, const StageRules& rules);

}  // namespace starling::topology
