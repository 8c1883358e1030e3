#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "causal/seen.hpp"
#include "port/step.hpp"
#include "ring/key.hpp"
#include "transfer/pace.hpp"

namespace starling::transfer {

/// A partition of another replica.
using Share = std::pair<NodeId, PartitionId>;

/// What a page takes.
std::uint64_t bytes_of(const wire::PullReply& page);

/// Fetches what we have missed of one partition from one replica that has it: all rows that hold a
/// write which we have not seen, page by page, each merged and committed before the next is asked for.
///
/// What the other side had seen *when it looked for the first page* becomes seen here with the last
/// of the rows, in one commit: what `seen` covers and no row holds counts as replaced. Whoever dies on the
/// way has merged some rows, and claims nothing. (Gonçalves et al. 2015, anti-entropy.)
class Pull {
 public:
  /// A transfer takes only from a replica that may be read.
  enum class Purpose : std::uint8_t { gap, transfer };
  struct Manner {
    Purpose purpose{};
    std::uint32_t page_bytes{};        ///< of rows, at a time
    std::uint32_t quiet_page_bytes{};  ///< while nobody asks anything of this node: large pages cost less for each row
    Duration patience{};               ///< for an answer of the other side
  };
  explicit Pull(Manner manner) : manner_(manner) {}

  bool idle() const { return stage_ == Stage::idle; }
  NodeId peer() const { return share_.first; }
  /// `theirs`: what is said to be there; where we have it by now, nothing is asked. None: ask in any case.
  void begin(Share share, std::optional<causal::Seen> theirs, port::Step& step);
  void give_up();

  std::optional<Instant> due(const Pace& pace) const;
  void on_timer(Pace& pace, port::Step& step);

  enum class Progress : std::uint8_t { not_mine, under_way, done, failed };
  Progress on_storage(port::Ticket ticket, Result<storage::Answer>& answer, Pace& pace, port::Step& step);
  /// Takes the rows of a reply that it has waited for.
  Progress on_reply(NodeId from, wire::PullReply& reply, Pace& pace, port::Step& step);

  const Share& share() const { return share_; }

  /// What all pulls have brought so far.
  std::uint64_t rows() const { return rows_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  enum class Stage : std::uint8_t { idle, surveying, pausing, asked, merging };

  void ask(Pace& pace, port::Step& step);
  std::uint32_t next_page_bytes(const port::Step& step);
  Progress after_page(Pace& pace, port::Step& step);
  Result<> merge(wire::PullReply& reply, port::Step& step);
  Progress fail();

  Share share_;
  Stage stage_{Stage::idle};
  Manner manner_;
  std::optional<causal::Seen> wanted_;
  Bytes ours_;                            ///< our seen at the beginning, encoded
  std::optional<causal::Seen> promised_;  ///< their seen as of the first page
  ring::Key after_;
  bool at_end_{};
  wire::RequestId request_;
  port::Ticket waiting_;
  bool gives_way_{};  ///< to those who asked something of this node when the page was asked for
  Instant merging_since_;
  Instant deadline_;
  std::uint64_t rows_{};
  std::uint64_t bytes_{};
};

}  // namespace starling::transfer
