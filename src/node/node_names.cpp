#include "node/node_names.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/spelling.hpp"

namespace starling::node {

std::vector<Named> everybody(const std::vector<wire::MemberUpdate>& members,
                             const std::vector<wire::JoinAsk>& joiners) {
  std::vector<Named> all;
  for (const auto& member : members) all.push_back({member.node, member.name, member.peer});
  for (const auto& joiner : joiners)
    if (std::ranges::find(all, joiner.node, &Named::node) == all.end())
      all.push_back({joiner.node, joiner.name, joiner.peer});
  return all;
}

Result<NodeId> find_node(const port::NodeName& name, const std::vector<Named>& known) {
  const auto is_meant = [&](const Named& one) {
    return one.name == name.words || to_string(one.node) == name.words || (name.address && one.peer == *name.address);
  };
  const auto found = std::ranges::find_if(known, is_meant);
  if (found == known.end()) {
    const auto nearest =
        std::ranges::min_element(known, {}, [&](const Named& one) { return edits(name.words, one.name); });
    return fail(ErrorCode::not_found,
                fmt::format("no node is called '{}'{}; 'kvcli cluster status' lists them", name.words,
                            nearest == known.end() ? "" : fmt::format(" (did you mean '{}'?)", nearest->name)));
  }
  if (const auto twin = std::find_if(found + 1, known.end(), is_meant); twin != known.end())
    return fail(ErrorCode::invalid, fmt::format("two nodes are called '{}': {} at {} and {} at {}; name it by its id",
                                                name.words, to_string(found->node), to_string(found->peer),
                                                to_string(twin->node), to_string(twin->peer)));
  return found->node;
}

}  // namespace starling::node
