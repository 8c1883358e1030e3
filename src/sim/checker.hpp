#pragma once

#include <vector>

#include "sim/dump.hpp"
#include "sim/history.hpp"
#include "sim/loss.hpp"
#include "sim/moves.hpp"
#include "sim/violation.hpp"

namespace starling::sim {

/// What is known of a run besides what its clients saw.
struct Ending {
  std::size_t replicas = 3;  ///< N
  std::vector<Loss> losses;
  std::vector<Move> moves;
  std::vector<Holding> holdings;  ///< what every replica in service holds of every key; empty: the run is not over
  std::vector<Owing> owings;
};

/// Holds a run against what Starling promises about one key at a time. A is what was acknowledged, I
/// what is in doubt, S the live values that a replica holds in the end; u → w if the context of w
/// covered u, as far as its client had read.
///
/// 1. no loss: each put of A is in S, or an ancestor of something in S or of a delete in A or I.
///    A counter's adds likewise: each of A is in the sum;
/// 2. no phantom: S is of A and I, to the byte;
/// 3. antichain: nothing in S is an ancestor of another in S, or of an acknowledged put;
/// 4. no resurrection: no ancestor of an acknowledged delete is in S;
/// 5. convergence: all replicas hold the same live siblings, and nobody keeps a hint for another. How
///    they came to that, of themselves or because clients read and wrote, is the trial's affair;
/// 6. no dot twice: nor on one disk (ledger.hpp), nor for two writes on any two;
/// 7. reads: while it runs, a read returns nothing but what was written, each once, of those only what
///    does not replace another, and with R + W > N nothing less or older than what was acknowledged
///    before it began, but for what stand-ins were needed for. It always comes with a context.
std::vector<Violation> check(const History& history, const Ending& ending = {});

}  // namespace starling::sim
