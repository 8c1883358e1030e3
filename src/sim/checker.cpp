#include "sim/checker.hpp"

#include <fmt/format.h>

#include <map>

#include "sim/convergence.hpp"
#include "sim/end_rules.hpp"
#include "sim/key_history.hpp"
#include "sim/promises.hpp"
#include "sim/read_rules.hpp"

namespace starling::sim {

namespace {

/// Rule 6, on what is there in the end: a dot names one write of one key.
void check_dots(const std::vector<Holding>& holdings, Verdict& verdict) {
  std::map<causal::Dot, std::pair<const Holding*, const causal::Sibling*>> named;
  for (const Holding& holding : holdings) {
    for (const causal::Sibling& sibling : holding.object.siblings) {
      const auto [first, fresh] = named.try_emplace(sibling.dot, &holding, &sibling);
      if (fresh || (first->second.first->key == holding.key && *first->second.second == sibling)) continue;
      verdict.report("no dot twice", holding.key,
                     fmt::format("dot {} of actor {} is one write on n{} and another on n{}", sibling.dot.n,
                                 to_string(sibling.dot.actor), first->second.first->host, holding.host));
    }
  }
}

}  // namespace

std::vector<Violation> check(const History& history, const Ending& ending) {
  Verdict verdict;
  check_dots(ending.holdings, verdict);
  std::map<std::size_t, std::vector<OpId>> by_key;
  for (OpId id = 0; id < history.ops.size(); ++id) by_key[history.ops[id].key].push_back(id);
  std::map<std::size_t, std::vector<Holding>> held;
  for (const Holding& holding : ending.holdings) held[holding.key].push_back(holding);
  const Promises promises(ending.replicas, ending.losses, ending.moves);
  for (auto& [key, ids] : by_key) {
    const KeyHistory of_key(history, std::move(ids));
    check_ending(history, of_key, promises, held[key], verdict);
    check_reads(of_key, promises, verdict);
  }
  check_convergence(ending.holdings, ending.owings, verdict);
  return verdict.take();
}

}  // namespace starling::sim
