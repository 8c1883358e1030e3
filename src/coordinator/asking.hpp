#pragma once

#include <cstdint>
#include <optional>

#include "base/error.hpp"
#include "coordinator/quorum.hpp"
#include "coordinator/replica_set.hpp"
#include "coordinator/step.hpp"

namespace starling::coordinator {

/// Gets an answer from `needed` replicas of a list: as many are asked as are needed, and another
/// for each that fails or is late. Those that are down are passed over, not waited for.
class Asking {
 public:
  Asking(const ReplicaSet& replicas, std::uint32_t needed) : replicas_(replicas), quorum_(replicas.size(), needed) {}

  const ReplicaSet& replicas() const { return replicas_; }
  /// Whom to ask next, if there is anybody left.
  std::optional<std::uint32_t> next(const Step& step);
  /// So many are asked that they would do if none of them failed.
  bool enough_asked() const;
  bool anybody_left() const;

  /// The place of a node whose answer is still wanted.
  std::optional<std::uint32_t> awaited(NodeId from) const;
  void answered(std::uint32_t place) { quorum_.yes(place); }
  void failed(std::uint32_t place, ErrorCode why);
  bool has_answered(std::uint32_t place) const { return quorum_.said_yes(place); }

  bool won() const { return quorum_.won(); }
  bool lost() const { return quorum_.lost(); }
  /// Why it was lost.
  Error unavailable() const;
  /// Somebody goes by another ring than we do, so that a later attempt may fare better.
  bool rings_differ() const { return rings_differ_; }

 private:
  ReplicaSet replicas_;
  Quorum quorum_;
  std::uint32_t asked_{};
  std::optional<ErrorCode> last_refusal_;
  bool rings_differ_{};
};

}  // namespace starling::coordinator
