#include "membership/precedence.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

#include "membership/config.hpp"

namespace starling::membership {

namespace {

using wire::MemberState;
using wire::MemberUpdate;

auto rank(const MemberUpdate& said) {
  return std::tuple(said.generation, said.nonce, said.state == MemberState::left, said.incarnation, said.state);
}

/// Name, zone and addresses are the member's own words, and change only with these.
bool are_same_words(const MemberUpdate& a, const MemberUpdate& b) {
  return a.generation == b.generation && a.nonce == b.nonce && a.incarnation == b.incarnation;
}

}  // namespace

bool is_well_formed(const MemberUpdate& said) {
  return said.node && said.name.size() <= name_bytes_max && said.zone.size() <= zone_bytes_max;
}

MemberUpdate canonical(MemberUpdate said) {
  auto& accusers = said.accusers;
  if (said.state != MemberState::suspect) accusers.clear();
  std::sort(accusers.begin(), accusers.end());
  accusers.erase(std::unique(accusers.begin(), accusers.end()), accusers.end());
  if (accusers.size() > accusers_max) accusers.resize(accusers_max);
  return said;
}

bool merge(MemberUpdate& held, const MemberUpdate& said) {
  if (rank(said) < rank(held)) return false;
  if (rank(said) > rank(held)) {
    if (are_same_words(said, held)) {
      held.state = said.state;
      held.accusers = said.accusers;
    } else {
      held = said;
    }
    held = canonical(std::move(held));
    return true;
  }
  if (held.state != MemberState::suspect) return false;
  MemberUpdate both = held;
  both.accusers.insert(both.accusers.end(), said.accusers.begin(), said.accusers.end());
  both = canonical(std::move(both));
  const bool more = both.accusers != held.accusers;
  held.accusers = std::move(both.accusers);
  return more;
}

}  // namespace starling::membership
