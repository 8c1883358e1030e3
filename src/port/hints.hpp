#pragma once

#include <utility>

#include "port/outbox.hpp"
#include "storage/commands.hpp"

namespace starling::port {

/// What became of a hint, for counters, and where it was refused for whoever has to find without it
/// what the replicas of that partition lack.
inline void tell_of_hint(const storage::KeptHint& hint, Outbox& out) {
  Notice notice{.kind = hint.kept ? NoticeKind::hint_kept : NoticeKind::hint_refused, .about = hint.target};
  if (!hint.kept) notice.partition = hint.partition;
  out.add(std::move(notice));
}

}  // namespace starling::port
