#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "base/random.hpp"
#include "wire/messages.hpp"

namespace starling::membership {

/// The latest that is known of every other member, the dead and the departed included. Sorted by
/// id, so that equal knowledge is iterated equally. Changes only through merge (precedence.hpp).
class Members {
 public:
  /// What a statement did to the view.
  struct Change {
    std::optional<wire::MemberState> before;  ///< nothing: we had not heard of the member
    wire::MemberState after{};
    bool changed{};    ///< anything at all
    bool is_fresh{};   ///< of a later incarnation or boot than we knew: earlier accusations are void
    bool rebooted{};   ///< of a later boot
    bool moved{};      ///< its peer address is new to us
    bool described{};  ///< its name, zone, weight or client address is

    bool was_live() const;
    bool is_live() const;
    /// Worth keeping over a restart. Suspicions come and go, and incarnations are of one boot.
    bool is_durable() const;
  };
  Change merge(const wire::MemberUpdate& said);

  const wire::MemberUpdate* find(NodeId node) const;
  bool is_live(NodeId node) const;
  const std::map<NodeId, wire::MemberUpdate>& all() const { return all_; }
  /// Alive or suspect, sorted. Not ourselves.
  const std::vector<NodeId>& live() const { return live_; }
  const std::vector<NodeId>& dead() const { return dead_; }

  /// Up to `count` distinct live members in random order, none of `excluded`.
  std::vector<NodeId> choose_live(std::size_t count, Random& random, std::span<const NodeId> excluded = {}) const;

 private:
  void index(NodeId node, std::optional<wire::MemberState> before, wire::MemberState after);

  std::map<NodeId, wire::MemberUpdate> all_;
  std::vector<NodeId> live_;
  std::vector<NodeId> dead_;
};

}  // namespace starling::membership
