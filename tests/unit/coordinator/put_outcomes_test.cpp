#include <algorithm>
#include <set>

#include "world.hpp"

/// Every sequence of up to five things that can happen to a put with three replicas, for each W and
/// each set of peers that are down at the start, against a model of what a client may be told.
namespace starling::coordinator::test {

namespace {

enum class Happens : std::uint8_t {
  commit,        // storage answers: done
  refuse,        // storage answers: refused
  commit_fails,  // storage answers: an I/O error
  second_acks,
  second_refuses,
  second_lost,
  third_acks,
  third_refuses,
  third_lost,
  stranger_acks,
  deadline,
};
constexpr int kinds = 11;
constexpr int length_max = 5;

struct Told {
  enum class What : std::uint8_t { nothing_yet, done, refused, in_doubt } what{};
  std::set<NodeId> acked{};
  friend bool operator==(const Told&, const Told&) = default;
};

/// What a client may be told, written down once more from the rules, over sets of names.
class Model {
 public:
  Model(std::uint32_t w, std::set<NodeId> down) : w_(w), down_(std::move(down)) {
    if (3 - down_.size() < w_) told_.what = Told::What::refused;
  }

  void on(Happens event) {
    if (told_.what != Told::What::nothing_yet) return;
    switch (event) {
      case Happens::commit: return commit();
      case Happens::refuse:
        if (!committed_) told_.what = Told::What::refused;
        return;
      case Happens::commit_fails:
        if (!committed_) told_.what = Told::What::in_doubt;
        return;
      case Happens::second_acks: return has(second);
      case Happens::second_refuses: return has_not(second);
      case Happens::second_lost: return lost(second);
      case Happens::third_acks: return has(third);
      case Happens::third_refuses: return has_not(third);
      case Happens::third_lost: return lost(third);
      case Happens::stranger_acks: return;
      case Happens::deadline: told_ = {Told::What::in_doubt, have_}; return;
    }
  }
  const Told& told() const { return told_; }
  bool committed() const { return committed_; }
  const std::set<NodeId>& down() const { return down_; }

 private:
  void commit() {
    if (committed_) return;
    committed_ = true;
    have_ = {us};
    have_not_ = down_;
    decide();
  }
  void has(NodeId node) {
    if (committed_ && !have_not_.contains(node)) have_.insert(node);
    decide();
  }
  void has_not(NodeId node) {
    if (committed_ && !have_.contains(node)) have_not_.insert(node);
    decide();
  }
  void lost(NodeId node) {
    down_.insert(node);
    has_not(node);
  }
  void decide() {
    if (!committed_) return;
    if (have_.size() >= w_)
      told_.what = Told::What::done;
    else if (3 - have_not_.size() < w_)
      told_ = {Told::What::in_doubt, have_};
  }

  std::uint32_t w_;
  std::set<NodeId> down_;
  bool committed_{};
  std::set<NodeId> have_{};
  std::set<NodeId> have_not_{};
  Told told_;
};

void happen(World& world, std::uint64_t put, Happens event) {
  const auto merge_reply = [&](NodeId from, bool accepted) {
    wire::MergeReply reply{.request = {put}};
    if (!accepted) reply.error = Error{ErrorCode::overloaded, "no"};
    world.reply(from, reply);
  };
  // Storage answers each command once.
  const auto storage_answer = [&](Result<storage::Answer> answer) {
    if (!world.stored.empty()) world.storage_answers(std::move(answer));
  };
  switch (event) {
    case Happens::commit: return storage_answer(storage::PutAnswer{.dot = a1, .siblings = 1, .context = seen({a1})});
    case Happens::refuse: return storage_answer(fail(ErrorCode::disk_full, "no"));
    case Happens::commit_fails: return storage_answer(fail(ErrorCode::storage_failed, "no"));
    case Happens::second_acks: return merge_reply(second, true);
    case Happens::second_refuses: return merge_reply(second, false);
    case Happens::second_lost: return world.lose(second);
    case Happens::third_acks: return merge_reply(third, true);
    case Happens::third_refuses: return merge_reply(third, false);
    case Happens::third_lost: return world.lose(third);
    case Happens::stranger_acks: return merge_reply(stranger, true);
    case Happens::deadline: return world.pass(2s);
  }
}

Told told_by(const World& world) {
  REQUIRE(world.answers.size() <= 1);
  if (world.answers.empty()) return {};
  const auto* failure = std::get_if<port::Failure>(&world.answers.front().reply);
  if (failure == nullptr) return {Told::What::done};
  if (failure->error.code != ErrorCode::in_doubt) {
    REQUIRE(failure->acked.empty());
    return {Told::What::refused};
  }
  return {Told::What::in_doubt, {failure->acked.begin(), failure->acked.end()}};
}

/// One event after the answer shows that it is ignored; sequences that only differ further on are the same.
bool worth_trying(Model model, const std::vector<Happens>& events) {
  std::size_t at = 0;
  while (at < events.size() && model.told().what == Told::What::nothing_yet) model.on(events[at++]);
  return std::all_of(events.begin() + static_cast<std::ptrdiff_t>(std::min(at + 1, events.size())), events.end(),
                     [](Happens event) { return event == Happens{}; });
}

void check_sequence(std::uint32_t w, const std::set<NodeId>& down, const std::vector<Happens>& events) {
  World world;
  world.down = down;
  world.put("k", "v", level(w));
  const auto put = world.stored.empty() ? 0 : world.stored.front().ticket.number;
  Model model(w, down);
  REQUIRE(told_by(world) == model.told());
  for (const auto event : events) {
    const bool before = model.committed();
    const auto reachable = 2 - model.down().size();
    model.on(event);
    happen(world, put, event);
    REQUIRE(told_by(world) == model.told());
    // Nobody hears of a write before the commit, and everybody who is up hears of it then.
    if (!model.committed()) REQUIRE(world.messages.empty());
    if (model.committed() && !before) REQUIRE(world.messages.size() == reachable);
    REQUIRE(world.coordinator.in_flight() == (world.answers.empty() ? 1 : 0));
  }
}

}  // namespace

TEST_CASE("whatever happens to a put, in whatever order, done, refused and in doubt are never blurred") {
  std::size_t sequences = 0;
  for (std::uint32_t w = 1; w <= 3; ++w)
    for (const std::set<NodeId>& down : {std::set<NodeId>{}, {second}, {third}, {second, third}}) {
      std::vector<int> digits(length_max, 0);
      for (bool more = true; more; ++sequences) {
        std::vector<Happens> events;
        for (const int digit : digits) events.push_back(static_cast<Happens>(digit));
        if (worth_trying(Model(w, down), events)) check_sequence(w, down, events);
        more = false;
        for (int& digit : digits) {
          digit = (digit + 1) % kinds;
          if (digit != 0) {
            more = true;
            break;
          }
        }
      }
    }
  CHECK(sequences == 12 * 11 * 11 * 11 * 11 * 11);
}

}  // namespace starling::coordinator::test
