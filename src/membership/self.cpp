#include "membership/self.hpp"

#include <limits>

#include "base/ensure.hpp"
#include "base/planted.hpp"
#include "membership/precedence.hpp"

namespace starling::membership {

using wire::MemberState;
using wire::MemberUpdate;

Self::Self(MemberUpdate statement) : statement_(std::move(statement)) {
  statement_.state = MemberState::alive;
  statement_.accusers.clear();
  ensure(is_well_formed(statement_), "our own name or zone is longer than others accept");
}

Self::Heard Self::hear(const MemberUpdate& said) {
  const bool accused = said.state != MemberState::alive;
  if (said.generation > statement_.generation) return answer_later_life(said);
  if (said.generation < statement_.generation) return accused ? Heard::stale : Heard::known;
  if (said.nonce != statement_.nonce) return planted(Bug::copy_not_noticed) ? Heard::known : Heard::copied;
  if (has_left()) return Heard::known;
  if (said.state == MemberState::left) {
    // Final for this generation, whoever made it up.
    return begin_generation_after(said.generation) ? Heard::refuted : Heard::known;
  }
  if (said.incarnation < statement_.incarnation) return accused ? Heard::stale : Heard::known;
  if (accused) return answer(said.incarnation) ? Heard::refuted : Heard::known;
  if (said.incarnation > statement_.incarnation) answer(said.incarnation);
  return Heard::known;
}

/// Once it is a directory that was rolled back. Twice means that somebody answers us: a copy.
Self::Heard Self::answer_later_life(const MemberUpdate& said) {
  if (has_outgrown_) return Heard::copied;
  if (!begin_generation_after(said.generation)) return Heard::known;
  has_outgrown_ = true;
  return Heard::outgrown;
}

void Self::outlive(const MemberUpdate& earlier) {
  if (earlier.generation >= statement_.generation) begin_generation_after(earlier.generation);
}

void Self::leave() { statement_.state = MemberState::left; }

/// At the last incarnation only a new generation is above it.
bool Self::answer(std::uint32_t incarnation) {
  if (planted(Bug::suspicion_not_refuted)) return false;
  if (incarnation == std::numeric_limits<std::uint32_t>::max()) return begin_generation_after(statement_.generation);
  statement_.incarnation = incarnation + 1;
  return true;
}

/// False where there is none: such a statement is forged, and nothing we say could beat it.
bool Self::begin_generation_after(Generation earlier) {
  if (earlier.value == std::numeric_limits<std::uint64_t>::max()) return false;
  statement_.generation = Generation{earlier.value + 1};
  statement_.incarnation = 0;
  return true;
}

}  // namespace starling::membership
