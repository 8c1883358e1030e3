#pragma once

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "handoff/handoff.hpp"

namespace starling::handoff::test {

inline constexpr NodeId us{1};
inline constexpr NodeId away{2};
inline constexpr NodeId third{3};

inline ring::Ring make_ring() {
  auto made = ring::Ring::make({9}, {5}, 3, {{.id = us}, {.id = away}, {.id = third}},
                               std::vector(4, std::vector<NodeId>{us, away, third}));
  REQUIRE(made);
  return *std::move(made);
}

inline ring::Key key_of(BytesView name) { return *ring::Key::make("b", name); }

/// A handoff whose storage holds hints as a map, and whose peers and clock are played by the test.
class World : public port::Peers {
 public:
  World() : ring(make_ring()), handoff(config, us, Random(1)) {}

  bool reachable(NodeId node) const override { return !down.contains(node); }
  View view() const { return {ring, *this, now}; }

  void owe(NodeId target, int count) {
    for (int i = 0; i < count; ++i) hints[target][key_of("k" + std::to_string(i))] = 7;
  }
  void start() {
    handoff.start(view(), out);
    gather();
  }
  template <class Message>
  void message(NodeId from, const Message& message) {
    handoff.on_message(from, message, view(), out);
    gather();
  }
  void grant(std::uint32_t credits) { message(away, wire::HandoffGrant{last<wire::HandoffOffer>().request, credits}); }
  /// The target acknowledges everything that it has been sent and not yet answered.
  void acknowledge() {
    for (const auto& merge : std::exchange(merges, {})) message(away, wire::MergeReply{.request = merge.request});
  }
  void connect(NodeId node) {
    down.erase(node);
    handoff.on_connected(node, view(), out);
    gather();
  }
  void lose(NodeId node) {
    down.insert(node);
    handoff.on_peer_lost(node);
  }
  void pass(Duration time) {
    const Instant until = now + time;
    while (!timers.empty() && timers.begin()->first <= until) {
      const auto [at, ticket] = *timers.begin();
      timers.erase(timers.begin());
      now = at;
      handoff.on_timer(ticket, view(), out);
      gather();
    }
    now = until;
  }

  template <class Message>
  Message last() const {
    REQUIRE_FALSE(sent.empty());
    for (auto it = sent.rbegin(); it != sent.rend(); ++it)
      if (const auto* one = std::get_if<Message>(&it->message)) return *one;
    FAIL("no such message was sent");
    return {};
  }
  template <class Message>
  std::size_t count() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(sent, [](const auto& one) { return std::holds_alternative<Message>(one.message); }));
  }

  const Config config;
  ring::Ring ring;
  Instant now{1h};
  std::set<NodeId> down;
  std::map<NodeId, std::map<ring::Key, std::uint64_t>> hints;  ///< with the fingerprint of what is there now
  Handoff handoff;
  std::vector<port::SendMessage> sent;
  std::vector<wire::MergeRequest> merges;  ///< those that nobody has answered yet
  std::multimap<Instant, port::Ticket> timers;
  int looks{};
  std::set<ring::Key> become_ours;

 private:
  void gather() {
    std::vector<port::Store> commands;
    for (auto& effect : out.effects()) {
      if (auto* message = std::get_if<port::SendMessage>(&effect)) {
        if (auto* merge = std::get_if<wire::MergeRequest>(&message->message)) merges.push_back(*merge);
        sent.push_back(*message);
      }
      if (auto* command = std::get_if<port::Store>(&effect)) commands.push_back(*command);
      if (auto* timer = std::get_if<port::ArmTimer>(&effect)) timers.emplace(timer->at, timer->ticket);
    }
    out.clear();
    for (auto& command : commands) {
      auto answer = std::visit([this](auto& one) -> storage::Answer { return run(one); }, command.command);
      handoff.on_storage(command.ticket, std::move(answer), view(), out);
      gather();
    }
  }

  storage::Answer run(storage::CountHints&) {
    ++looks;
    storage::CountHintsAnswer answer;
    for (const auto& [target, keys] : hints)
      if (!keys.empty()) answer.counts.emplace_back(target, keys.size());
    return answer;
  }
  storage::Answer run(storage::ListHints& list) {
    storage::ListHintsAnswer answer;
    auto& keys = hints[list.target];
    for (auto it = keys.upper_bound(list.after); it != keys.end(); ++it) {
      if (answer.hints.size() == list.hints_max) {
        answer.complete_to = answer.hints.back().key;
        break;
      }
      answer.hints.push_back({ring.partition_of(it->first.token), it->first, "object", it->second});
    }
    return answer;
  }
  storage::Answer run(storage::SettleHints& settle) {
    for (const auto& one : settle.delivered) {
      auto& keys = hints[settle.target];
      if (const auto it = keys.find(one.key); it != keys.end() && it->second == one.fingerprint) keys.erase(it);
    }
    return storage::Done{};
  }
  storage::Answer run(storage::MoveHints& moves) {
    for (const auto& move : moves.moves) {
      hints[moves.from].erase(move.key);
      for (const NodeId target : move.to) hints[target][move.key] = 7;
      if (move.to_ourselves) become_ours.insert(move.key);
    }
    return storage::Done{};
  }
  template <class Other>
  storage::Answer run(Other&) {
    FAIL("a command that handoff has no use for");
    return storage::Done{};
  }

  port::Outbox out;
};

}  // namespace starling::handoff::test
