#include "stages_model.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <unordered_set>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "base/hash.hpp"

namespace starling::topology {

namespace {

/// A set of nodes, whose ids are 1 to nodes_max.
using Nodes = std::uint8_t;
constexpr std::size_t nodes_max = 5;

Nodes just(std::size_t node) { return static_cast<Nodes>(1U << node); }
bool has(Nodes nodes, std::size_t node) { return (nodes & just(node)) != 0; }
int size(Nodes nodes) { return std::popcount(nodes); }
bool majority(Nodes of, Nodes list) { return 2 * size(of & list) > size(list); }
/// As many as no majority can do without.
int blocking(Nodes list) { return size(list) - size(list) / 2; }

Nodes nodes_of(std::span<const NodeId> list) {
  Nodes nodes = 0;
  for (const NodeId node : list) {
    ensure(node.value >= 1 && node.value <= nodes_max, "a node of this model");
    nodes |= just(node.value - 1);
  }
  return nodes;
}

/// What a ring says of the partition.
struct Epoch {
  ring::Stage stage{};
  Nodes read{}, present{}, next{};
  std::size_t begun{};  ///< the epoch that a source has adopted for the change that is under way

  Nodes owners() const { return present | next; }
  Nodes leaver() const { return present & static_cast<Nodes>(~next); }
  Nodes newcomer() const { return next & static_cast<Nodes>(~present); }
  Nodes pullers() const { return newcomer() != 0 ? newcomer() : next; }
};

std::vector<Epoch> epochs_of(const std::vector<ring::Ring>& course, const StageRules& rules) {
  std::vector<Epoch> epochs;
  for (const ring::Ring& ring : course) {
    const auto [present, next] = ring.write_lists({0});
    Epoch epoch{.stage = ring.stage(),
                .read = nodes_of(ring.preference_list({0})),
                .present = nodes_of(present),
                .next = nodes_of(next),
                .begun = epochs.size()};
    if (epoch.stage == ring::Stage::read_old && !rules.newcomers_read_late) epoch.read = epoch.next;
    const bool second_try = epochs.size() >= 2 && epochs[epochs.size() - 2].stage == ring::Stage::read_old;
    if (epoch.stage == ring::Stage::read_old && second_try && !rules.pulls_end_with_abort)
      epoch.begun = epochs.size() - 2;
    epochs.push_back(epoch);
  }
  return epochs;
}

/// A request in one version, answered by exactly these replicas.
struct Request {
  std::size_t version{};
  Nodes replicas{};
};

/// The smallest sets that satisfy all of the lists.
std::vector<Nodes> quorums(const std::vector<Nodes>& lists) {
  const auto enough = [&](Nodes nodes) {
    return std::ranges::all_of(lists, [&](Nodes list) { return majority(nodes, list); });
  };
  std::vector<Nodes> smallest;
  for (unsigned set = 1; set < 1U << nodes_max; ++set) {
    const auto nodes = static_cast<Nodes>(set);
    bool all_needed = enough(nodes);
    for (std::size_t n = 0; n < nodes_max; ++n)
      if (has(nodes, n) && enough(nodes & static_cast<Nodes>(~just(n)))) all_needed = false;
    if (all_needed) smallest.push_back(nodes);
  }
  return smallest;
}

/// Bytes without gaps: they are what is hashed.
struct State {
  std::array<std::uint8_t, nodes_max> adopted{};  ///< by node: its epoch
  std::uint8_t decided{};                         ///< the last epoch that anybody can adopt
  Nodes stored{};                                 ///< who has the write
  Nodes acknowledged{};                           ///< who said so to its coordinator
  Nodes missed{};                                 ///< who told the read that there is nothing
  std::array<Nodes, nodes_max> sources{};         ///< by node: from whom it has pulled for the change under way
  friend bool operator==(const State&, const State&) = default;
};

struct StateHash {
  std::size_t operator()(const State& state) const {
    static_assert(std::has_unique_object_representations_v<State>);
    return hash64(BytesView(reinterpret_cast<const char*>(&state), sizeof state));
  }
};

/// One write and one read in all orders of events.
class Search {
 public:
  Search(const std::vector<Epoch>& epochs, const StageRules& rules, Request write, Request read)
      : epochs_(epochs), rules_(rules), write_(write), read_(read) {}

  /// Whether the read can fail to see the write.
  bool run() {
    visit({});
    while (!open_.empty() && !lost_) {
      const State state = open_.back();
      open_.pop_back();
      for (std::size_t n = 0; n < nodes_max; ++n) {
        adopt(state, n);
        write(state, n);
        read(state, n);
        for (std::size_t source = 0; source < nodes_max; ++source) pull(state, n, source);
      }
    }
    return lost_;
  }
  std::size_t states() const { return seen_.size(); }

 private:
  void visit(State state) {
    decide(state);
    if (!seen_.insert(state).second) return;
    open_.push_back(state);
    lost_ = lost_ || (state.missed == read_.replicas && state.decided >= read_.version);
  }

  /// Each epoch is decided as soon as it may be: nobody has to adopt it soon.
  void decide(State& state) const {
    while (state.decided + 1U < epochs_.size() && may_follow(state))
      if (epochs_[++state.decided].stage == ring::Stage::read_new) state.sources = {};
  }
  bool may_follow(const State& state) const {
    const Epoch& now = epochs_[state.decided];
    switch (now.stage) {
      case ring::Stage::settled: return true;
      case ring::Stage::read_old: {
        const bool given_up = epochs_[state.decided + 1U].stage == ring::Stage::settled;
        return given_up || !rules_.pull_before_reading || enough_pulled(state, now);
      }
      case ring::Stage::read_new: {
        int sealed = 0;
        for (std::size_t n = 0; n < nodes_max; ++n) sealed += has(now.present, n) && state.adopted[n] >= state.decided;
        return !rules_.seal_before_settling || sealed >= blocking(now.present);
      }
    }
    return false;
  }

  bool enough_pulled(const State& state, const Epoch& change) const {
    if (change.newcomer() == 0 && !rules_.stayers_pull) return true;
    Nodes pulled = 0;
    for (std::size_t n = 0; n < nodes_max; ++n)
      if (has(change.pullers(), n) && has_pulled(state, change, n)) pulled |= just(n);
    return majority(pulled, change.pullers());
  }
  bool has_pulled(const State& state, const Epoch& change, std::size_t node) const {
    const Nodes sources = state.sources[node];
    if (!rules_.enough_sources) return sources != 0;
    if ((sources & change.leaver()) != 0) return true;
    return size((sources | just(node)) & change.present) >= blocking(change.present);
  }

  bool serves(const State& state, std::size_t node, const Request& request, bool older_kept) const {
    const std::size_t adopted = state.adopted[node];
    return adopted == request.version || (adopted > request.version && !rules_.versions_equal) ||
           (adopted < request.version && older_kept);
  }
  /// Who has gone further never answers a request that it has not answered yet.
  bool has_time(const State& state, std::size_t node, const Request& request, Nodes answered) const {
    return !rules_.versions_equal || state.adopted[node] < request.version || !has(request.replicas & ~answered, node);
  }

  void adopt(State state, std::size_t node) {
    if (state.adopted[node] == state.decided || !has_time(state, node, write_, state.acknowledged) ||
        !has_time(state, node, read_, state.missed))
      return;
    const Epoch& epoch = epochs_[++state.adopted[node]];
    if (epoch.stage == ring::Stage::settled && !has(epoch.owners(), node)) state.stored &= ~just(node);
    visit(state);
  }
  void write(State state, std::size_t node) {
    if (!has(write_.replicas & ~state.acknowledged, node) ||
        !serves(state, node, write_, rules_.older_acknowledgements_kept))
      return;
    if (!has(epochs_[state.adopted[node]].owners(), node)) return;
    state.stored |= just(node);
    state.acknowledged |= just(node);
    visit(state);
  }
  void read(State state, std::size_t node) {
    if (state.acknowledged != write_.replicas || state.decided < write_.version || has(state.stored, node)) return;
    if (!has(read_.replicas & ~state.missed, node) || !serves(state, node, read_, rules_.older_answers_kept)) return;
    if (!has(epochs_[state.adopted[node]].read, node)) return;
    state.missed |= just(node);
    visit(state);
  }
  void pull(State state, std::size_t node, std::size_t source) {
    const Epoch& change = epochs_[state.decided];
    if (change.stage != ring::Stage::read_old || node == source || has_pulled(state, change, node)) return;
    if (!has(change.pullers(), node) || state.adopted[node] < change.begun) return;
    if (!has(change.present, source) || (rules_.sources_adopted && state.adopted[source] < change.begun)) return;
    state.sources[node] |= just(source);
    if (has(state.stored, source)) state.stored |= just(node);
    visit(state);
  }

  const std::vector<Epoch>& epochs_;
  const StageRules& rules_;
  Request write_, read_;
  std::unordered_set<State, StateHash> seen_;
  std::vector<State> open_;
  bool lost_{false};
};

std::string names(Nodes nodes) {
  std::string text;
  for (std::size_t n = 0; n < nodes_max; ++n)
    if (has(nodes, n)) text += static_cast<char>('a' + n);
  return text;
}

}  // namespace

Searched search(const std::vector<ring::Ring>& course, const StageRules& rules) {
  const std::vector<Epoch> epochs = epochs_of(course, rules);
  Searched searched;
  for (std::size_t w = 0; w < epochs.size(); ++w)
    for (const Nodes written : quorums({epochs[w].present, epochs[w].next}))
      for (std::size_t r = 0; r < epochs.size(); ++r)
        for (const Nodes asked : quorums({epochs[r].read})) {
          Search search(epochs, rules, {w, written}, {r, asked});
          const bool lost = search.run();
          searched.states += search.states();
          if (!lost) continue;
          searched.lost =
              fmt::format("written in epoch {} to {}, not seen in epoch {} by {}", w, names(written), r, names(asked));
          return searched;
        }
  return searched;
}

}  // namespace starling::topology
