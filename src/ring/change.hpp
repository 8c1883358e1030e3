#pragma once

#include "base/error.hpp"
#include "ring/ring.hpp"

namespace starling::ring {

/// The rings through which an assignment becomes the next, each decided before the one after it is proposed:
///
///     settled(A) → read_old(A, B) → read_new(A, B) → settled(B)
///          ↑______________| abort
///
/// Each gets the next epoch, and gives it as a version to the partitions that move. When it may be
/// proposed is topology's affair; here is only what it says. Cassandra CEP-21 has the same stages.

/// From a settled ring. `members`: all of the present ones, those that are to lose all as `leaving`;
/// and those that are new as `joining`. Where nothing moves the new ring is settled at once, without
/// the leaving ones that own nothing. `invalid` for other members, a number of partitions that
/// changes, and what Ring::make() refuses.
Result<Ring> begin_change(const Ring& settled, std::vector<Member> members, const Assignment& next);
/// From read_old, once every newcomer holds what it is going to own.
Ring read_from_new(const Ring& changing);
/// From read_new, once no read of the old lists can succeed any more. Whoever was leaving and owns nothing is no
/// member then.
Ring settle(const Ring& changing);
/// From read_old: back to where it began. Those who were joining are no members then, and nobody is leaving.
Ring abort_change(const Ring& changing);

/// Whether `next` may follow `ring`, as one of the above.
bool may_follow(const Ring& ring, const Ring& next);

}  // namespace starling::ring
