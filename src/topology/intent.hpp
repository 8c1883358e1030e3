#pragma once

#include <optional>
#include <vector>

#include "base/error.hpp"
#include "ring/ring.hpp"

namespace starling::topology {

/// What is to become of the members of a ring.
struct Intent {
  std::vector<ring::Member> come;
  std::vector<NodeId> go;
  bool swap{};  ///< the one that comes takes exactly the places of the one that goes

  bool empty() const { return come.empty() && go.empty(); }
};

/// The ring that begins it. `invalid` for one that comes and is a member already, or goes and is none.
Result<ring::Ring> begin(const ring::Ring& settled, const Intent& intent);
/// Nobody comes or goes, and the present assignment is not what it could be: the next step towards
/// that, if there is one.
std::optional<ring::Ring> rebalance(const ring::Ring& settled);
/// A ring in which whoever came is a member and whoever went is none any more, or is leaving.
bool fulfils(const ring::Ring& ring, const Intent& intent);

/// What a change would lead to, or has begun to.
struct Forecast {
  ring::Ring begun;
  ring::Ring last;  ///< settled, after the changes that follow by themselves
  std::uint32_t further_changes{};
  std::size_t moves_least{};
};
Forecast forecast(const ring::Ring& settled, ring::Ring begun);

}  // namespace starling::topology
