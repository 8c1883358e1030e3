#pragma once

#include <cstdint>

namespace starling {

/// Ways of getting it wrong, each planted in one line at the place where it is decided. The
/// simulator switches one on at a time and must notice: that is what its checks are trusted for.
///
/// Everywhere else planted() is false while the program is compiled, so that no bug, no switch and
/// no state is left of it. Only .cpp files ask, and those are compiled twice: they are the `planted`
/// lists in src/*/meson.build. No program has both (tests/lint/planted.py). What each bug does is
/// told in sim/mutants.cpp.
enum class Bug : std::uint8_t {
  none,

  // causal
  actor_reused,
  smaller_sibling_dropped,
  overwritten_kept,
  noted_before_merged,
  digest_over_values,

  // storage
  tombstone_dropped,
  seen_not_saved,
  batch_not_undone,
  digest_outdated,
  generation_not_saved,
  leaf_not_updated,
  tombstone_counted,
  reaped_without_proof,

  // replica
  acknowledged_early,
  old_version_accepted,

  // handoff
  hint_dropped,
  hint_to_old_owner,

  // repair
  seen_joined_before_rows,
  acted_on_first_look,
  transfer_from_one,
  dropped_before_handed_over,

  // coordinator
  not_found_without_context,
  context_over_unread,
  read_by_one_fewer,
  write_by_one_fewer,
  mismatch_ignored,
  forwarded_twice,
  doubt_called_refusal,
  newcomer_read,

  // membership
  suspicion_not_refuted,
  copy_not_noticed,
  dead_forgotten,

  // topology
  promise_forgotten,
  seal_skipped,
  newcomer_not_awaited,
};

#ifdef STARLING_PLANTED_BUGS
/// The one that is switched on. Set before a run begins; its threads only read it.
inline Bug planted_bug = Bug::none;
inline bool planted(Bug bug) { return planted_bug == bug; }
#else
consteval bool planted(Bug) { return false; }
#endif

}  // namespace starling
