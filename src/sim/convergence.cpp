#include "sim/convergence.hpp"

#include <fmt/format.h>

#include <map>

namespace starling::sim {

namespace {

std::vector<causal::Sibling> live(const causal::Object& object) {
  std::vector<causal::Sibling> siblings;
  for (const causal::Sibling& sibling : object.siblings)
    if (!sibling.tombstone) siblings.push_back(sibling);
  return siblings;
}

}  // namespace

void check_convergence(const std::vector<Holding>& holdings, const std::vector<Owing>& owings, Verdict& verdict) {
  std::map<std::size_t, const Holding*> first;
  for (const Holding& holding : holdings) {
    const Holding& other = *first.emplace(holding.key, &holding).first->second;
    if (live(holding.object) != live(other.object))
      verdict.report("convergence", holding.key,
                     fmt::format("n{} and n{} hold different siblings", other.host, holding.host));
  }
  for (const Owing& owing : owings)
    verdict.report("convergence", 0, fmt::format("n{} keeps {} hints for n{}", owing.host, owing.hints, owing.to));
}

bool converged(const Dump& dump) {
  if (dump.recovering) return false;
  Verdict verdict;
  check_convergence(dump.holdings, dump.owings, verdict);
  return verdict.take().empty();
}

}  // namespace starling::sim
