#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "repair/gaps.hpp"
#include "repair/step.hpp"

namespace starling::repair {

/// Finds the keys in which two replicas of a partition differ, from the top of their Merkle trees
/// down: sixteen sums under each node that differs, until the smaller of both trees ends; then the
/// keys of the leaves that differ, with their digests. (Merkle 1987; Dynamo §4.7.)
class Descent {
 public:
  bool idle() const { return stage_ == Stage::idle; }
  const Share& share() const { return share_; }
  void begin(Share share, Step& step);
  void give_up() { stage_ = Stage::idle; }
  /// Tells the other side that one of the trees is wrong.
  void disown(Step& step) const;

  std::optional<Instant> due() const { return idle() ? std::nullopt : std::optional(deadline_); }
  void on_timer(Step& step);
  /// These are false for an answer to somebody else.
  bool on_storage(port::Ticket ticket, Result<storage::Answer>& answer, Step& step);
  bool on_reply(NodeId from, wire::SumsReply reply, Step& step);
  bool on_reply(NodeId from, wire::DigestsReply reply, Step& step);

  /// Once it has come to its end; empty where the sums differ and no key does: then one of the trees is wrong.
  std::optional<std::vector<ring::Key>> take_found() { return std::exchange(found_, std::nullopt); }

 private:
  enum class Stage : std::uint8_t { idle, sums, digests };
  /// The keys of a leaf as one side tells them.
  struct Listing {
    std::map<ring::Key, std::uint64_t> digests;
    ring::Key after;
    bool complete{};
  };

  void ask_for_sums(Step& step);
  void compare_sums(Step& step);
  void next_leaf(Step& step);
  void list_ours(Step& step);
  void list_theirs(Step& step);
  void compare_digests(Step& step);
  bool on_our_digests(storage::ListDigestsAnswer page, Step& step);

  Share share_;
  Stage stage_{Stage::idle};
  Instant deadline_;
  std::uint32_t bits_{};              ///< of the sums that are asked for, or of the leaves that are listed
  std::vector<std::uint32_t> nodes_;  ///< that differ, one step higher; or the leaves that are left
  std::optional<std::vector<std::uint64_t>> our_sums_;
  std::optional<std::vector<std::uint64_t>> their_sums_;
  Listing ours_, theirs_;
  port::Ticket waiting_;
  wire::RequestId request_;
  std::vector<ring::Key> differing_;
  std::optional<std::vector<ring::Key>> found_;
};

}  // namespace starling::repair
