#include "histories.hpp"

#include <algorithm>
#include <array>

namespace starling::sim {

namespace {

constexpr std::array all = std::to_array<PlantedHistory>({
    {Bug::seal_skipped, "reads", "two that missed the change read by lists that nobody writes to",
     read_behind_the_seal},
    {Bug::old_version_accepted, "reads", "one that missed the change writes where nobody reads", write_by_an_old_ring},
    {Bug::newcomer_read, "reads", "a read meets one that missed the write, and the newcomer", read_of_a_newcomer},
    {Bug::newcomer_not_awaited, "reads", "a newcomer reaches nobody who has the write", newcomer_left_behind},
    {Bug::transfer_from_one, "reads", "a newcomer's first source has missed the write", ignorant_source},
    {Bug::dropped_before_handed_over, "no loss", "one that has to go has a write to itself", write_at_one_who_left},
    {Bug::promise_forgotten, "one ring", "a proposal arrives late, after a higher one was accepted", two_proposers},
    {Bug::hint_dropped, "convergence", "a connection breaks under a delivery", delivery_that_was_lost},
    {Bug::hint_to_old_owner, "convergence", "what a node missed has moved when it is back", hint_for_a_former_owner},
    {Bug::seen_not_saved, "reads", "a replica restarts after a write that another one has missed",
     restart_between_writes},
    {Bug::acted_on_first_look, "cost", "nothing goes wrong, but a way is slow", slow_way},
});

}  // namespace

std::optional<PlantedHistory> history_of(Bug bug) {
  const auto found = std::ranges::find(all, bug, &PlantedHistory::bug);
  return found == all.end() ? std::nullopt : std::optional(*found);
}

}  // namespace starling::sim
