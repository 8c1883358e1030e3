#pragma once

#include <cstdint>

namespace starling {

/// Ways of getting it wrong, each planted in one line at the place where it is decided. The
/// simulator switches one on at a time and must notice: that is what its checks are trusted for.
///
/// Everywhere else planted() is false while the program is compiled, so that no bug, no switch and
/// no state is left of it. Only .cpp files ask, and those are compiled twice: they are the `planted`
/// lists in src/*/meson.build. No program has both (tests/lint/planted.py).
enum class Bug : std::uint8_t {
  none,

  // causal
  actor_reused,             ///< an actor that is in doubt goes on issuing dots
  smaller_sibling_dropped,  ///< of several siblings a join keeps the one with the greatest dot
  overwritten_kept,         ///< a put leaves in place what its context covers
  noted_before_merged,      ///< a merge takes note of the dots first, and so takes their values for old ones
  digest_over_values,       ///< equal values of different writes have one digest

  // storage
  tombstone_dropped,     ///< a row goes once nothing in it lives, with a context that is known nowhere else
  seen_not_saved,        ///< a merge saves its row, but not that its dots were seen
  batch_not_undone,      ///< what a failed batch has done to the partitions' states stays in memory
  digest_outdated,       ///< the remembered digest of a key stays when the key changes
  generation_not_saved,  ///< each start is the first one

  // replica
  acknowledged_early,  ///< a merge is acknowledged before its commit

  // coordinator
  not_found_without_context,  ///< a read that finds nothing says nothing of what has been there
  context_over_unread,        ///< a put gives out a context that covers siblings which its client never read
  read_by_one_fewer,          ///< R-1 answers are enough
  write_by_one_fewer,         ///< W-1 acknowledgements are enough
  mismatch_ignored,           ///< the first answer stands, whatever the others' digests say
  forwarded_twice,            ///< a forwarded write that was not answered is forwarded again
  doubt_called_refusal,       ///< a write in doubt is reported as one that never happened

  // membership
  suspicion_not_refuted,  ///< an accusation is heard and not answered
  copy_not_noticed,       ///< another process with our identity is taken for ourselves
  dead_forgotten,         ///< nobody gossips to the dead, so a partition never heals
};

#ifdef STARLING_PLANTED_BUGS
/// The one that is switched on. Set before a run begins; its threads only read it.
inline Bug planted_bug = Bug::none;
inline bool planted(Bug bug) { return planted_bug == bug; }
#else
consteval bool planted(Bug) { return false; }
#endif

}  // namespace starling
