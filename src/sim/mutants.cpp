#include "sim/mutants.hpp"

#include <algorithm>
#include <array>

namespace starling::sim {

namespace {

constexpr bool needs_history = true;

constexpr std::array all = std::to_array<Mutant>({
    {Bug::actor_reused, "actor_reused", "an actor that is in doubt goes on issuing dots"},
    {Bug::smaller_sibling_dropped, "smaller_sibling_dropped", "a join keeps the greatest sibling only"},
    {Bug::overwritten_kept, "overwritten_kept", "a put leaves in place what its context covers"},
    {Bug::noted_before_merged, "noted_before_merged", "a merge takes new values for old ones"},
    {Bug::digest_over_values, "digest_over_values", "equal values of different writes have one digest"},
    {Bug::tombstone_dropped, "tombstone_dropped", "a row goes as soon as nothing in it lives"},
    {Bug::seen_not_saved, "seen_not_saved", "a merge saves its row, but not that its dots were seen", needs_history},
    {Bug::batch_not_undone, "batch_not_undone", "a failed batch leaves its traces in memory"},
    {Bug::digest_outdated, "digest_outdated", "the remembered digest of a key stays when the key changes"},
    {Bug::generation_not_saved, "generation_not_saved", "each start is the first one"},
    {Bug::leaf_not_updated, "leaf_not_updated", "a merge leaves the Merkle tree as it was"},
    {Bug::tombstone_counted, "tombstone_counted", "tombstones add to the Merkle tree as values do"},
    {Bug::reaped_without_proof, "reaped_without_proof", "a tombstone goes when one other replica has seen it"},
    {Bug::acknowledged_early, "acknowledged_early", "a merge is acknowledged before its commit"},
    {Bug::old_version_accepted, "old_version_accepted", "a replica does not care by which ring it is asked",
     needs_history},
    {Bug::hint_dropped, "hint_dropped", "a hint goes when it is sent, and not when it has arrived", needs_history},
    {Bug::hint_to_old_owner, "hint_to_old_owner", "a hint of a partition that has moved is not readdressed",
     needs_history},
    {Bug::seen_joined_before_rows, "seen_joined_before_rows", "a pull claims its rows before it has them"},
    {Bug::acted_on_first_look, "acted_on_first_look", "what a replica lacks is sent though it is on its way",
     needs_history},
    {Bug::transfer_from_one, "transfer_from_one", "a newcomer takes any one replica's word for all there is",
     needs_history},
    {Bug::dropped_before_handed_over, "dropped_before_handed_over", "a former owner keeps nothing for the next",
     needs_history},
    {Bug::not_found_without_context, "not_found_without_context", "a read that finds nothing has no context"},
    {Bug::context_over_unread, "context_over_unread", "a put's context covers siblings that its client never read"},
    {Bug::read_by_one_fewer, "read_by_one_fewer", "R-1 answers are enough"},
    {Bug::write_by_one_fewer, "write_by_one_fewer", "W-1 acknowledgements are enough"},
    {Bug::mismatch_ignored, "mismatch_ignored", "a read's first answer stands, whatever the digests say"},
    {Bug::forwarded_twice, "forwarded_twice", "a forwarded write that was not answered is forwarded again"},
    {Bug::doubt_called_refusal, "doubt_called_refusal", "a write in doubt is reported as refused"},
    {Bug::newcomer_read, "newcomer_read", "reads go by the next lists as soon as a change begins", needs_history},
    {Bug::suspicion_not_refuted, "suspicion_not_refuted", "an accusation is heard and not answered"},
    {Bug::copy_not_noticed, "copy_not_noticed", "another process with our identity is taken for ourselves"},
    {Bug::dead_forgotten, "dead_forgotten", "nobody gossips to the dead"},
    {Bug::promise_forgotten, "promise_forgotten", "a vote is given to a ballot below the one that was promised",
     needs_history},
    {Bug::seal_skipped, "seal_skipped", "a change ends while the old lists may still be read", needs_history},
    {Bug::newcomer_not_awaited, "newcomer_not_awaited", "newcomers are read before they hold what they own",
     needs_history},
});

}  // namespace

std::span<const Mutant> mutants() { return all; }

const Mutant* find_mutant(std::string_view name) {
  const auto found = std::ranges::find(all, name, &Mutant::name);
  return found == all.end() ? nullptr : &*found;
}

void plant(Bug bug) { planted_bug = bug; }

}  // namespace starling::sim
