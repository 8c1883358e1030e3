#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "causal/codec.hpp"
#include "repair/repair.hpp"
#include "storage/memory/memory_engine.hpp"
#include "storage/shard.hpp"
#include "wire/codec.hpp"

namespace starling::repair::test {

inline constexpr NodeId a{1}, b{2}, c{3};

inline ring::Ring make_ring(std::size_t partitions) {
  auto made = ring::Ring::make({9}, {5}, 3, {{.id = a}, {.id = b}, {.id = c}},
                               std::vector(partitions, std::vector<NodeId>{a, b, c}));
  REQUIRE(made);
  return *std::move(made);
}

inline ring::Key key_of(int number) { return *ring::Key::make("", "k" + std::to_string(number)); }

/// The repair rooms of three replicas over real shards; the test plays network, disk and time.
class World : public port::Peers {
 public:
  struct Replica {
    Replica(const Config& config, NodeId id)
        : shard(storage::Shard::open(engine, Random(id.value)).value()), repair(config, id, Random(id.value)) {}
    storage::MemoryEngine engine;
    storage::Shard shard;
    Repair repair;
    std::multimap<Instant, port::Ticket> timers;
    std::map<port::NoticeKind, int> notices;
  };

  explicit World(Config configured = {}, std::size_t partitions = 4) : config(configured), ring(make_ring(partitions)) {
    for (const NodeId id : {a, b, c}) replicas.emplace(id, std::make_unique<Replica>(config, id));
  }

  bool reachable(NodeId node) const override { return !down.contains(node); }
  View view() const { return {ring, *this, now}; }
  Replica& at(NodeId id) { return *replicas.at(id); }

  void start() {
    for (const NodeId id : {a, b, c}) act(id, [&](Repair& repair, port::Outbox& out) { repair.start(view(), out); });
    settle();
  }
  void act(NodeId id, const std::function<void(Repair&, port::Outbox&)>& action) {
    port::Outbox out;
    action(at(id).repair, out);
    carry_out(id, out);
  }
  /// Until everything that is under way has been done; time stands still.
  void settle() {
    while (!mail.empty()) {
      const auto [from, to, message] = std::move(mail.front());
      mail.pop_front();
      if (down.contains(to) || down.contains(from)) continue;
      act(to, [&](Repair& repair, port::Outbox& out) {
        if (!serve(to, from, message, out)) deliver(repair, from, message, out);
      });
    }
  }
  void pass(Duration time) {
    const Instant until = now + time;
    for (;;) {
      Replica* next = nullptr;
      NodeId who;
      for (auto& [id, replica] : replicas)
        if (!replica->timers.empty() && replica->timers.begin()->first <= until &&
            (next == nullptr || replica->timers.begin()->first < next->timers.begin()->first)) {
          next = replica.get();
          who = id;
        }
      if (next == nullptr) break;
      now = std::max(now, next->timers.begin()->first);
      const port::Ticket ticket = next->timers.begin()->second;
      next->timers.erase(next->timers.begin());
      act(who, [&](Repair& repair, port::Outbox& out) { repair.on_timer(ticket, view(), out); });
      settle();
    }
    now = until;
  }

  storage::Answer run(NodeId id, storage::Command command) {
    std::vector<storage::Command> batch;
    batch.push_back(std::move(command));
    auto answer = std::move(at(id).shard.run(batch).front());
    REQUIRE(answer);
    return *std::move(answer);
  }
  /// A write over what is there; what the others would merge.
  Bytes put(NodeId id, int key, bool tombstone = false) {
    const auto partition = ring.partition_of(key_of(key).token);
    const auto before = std::get<storage::GetAnswer>(run(id, storage::Get{partition, key_of(key)})).object;
    return std::get<storage::PutAnswer>(
               run(id, storage::Put{.partition = partition,
                                    .key = key_of(key),
                                    .context = before.context,
                                    .sibling = {.tombstone = tombstone, .value = tombstone ? "" : "value"}}))
        .object;
  }
  void merge(NodeId id, int key, const Bytes& object) {
    run(id, storage::Merge{ring.partition_of(key_of(key).token), key_of(key), object});
  }
  void put_everywhere(int key, bool tombstone = false) {
    const Bytes object = put(a, key, tombstone);
    merge(b, key, object);
    merge(c, key, object);
  }
  causal::Object get(NodeId id, int key) {
    return std::get<storage::GetAnswer>(run(id, storage::Get{ring.partition_of(key_of(key).token), key_of(key)}))
        .object;
  }
  std::size_t rows(NodeId id) {
    return std::get<storage::ScanAnswer>(run(id, storage::Scan{.first = {},
                                                               .last = {std::numeric_limits<std::uint64_t>::max()},
                                                               .rows_max = 100'000,
                                                               .bytes_max = 1U << 30}))
        .rows.size();
  }
  int noticed(NodeId id, port::NoticeKind kind) { return at(id).notices[kind]; }
  template <class Message>
  std::size_t sent() const {
    return kinds.contains(wire::Message(Message{}).index()) ? kinds.at(wire::Message(Message{}).index()) : 0;
  }

  struct Letter {
    NodeId from, to;
    wire::Message message;
  };

  Config config;
  ring::Ring ring;
  Instant now{1h};
  std::set<NodeId> down;
  std::map<NodeId, std::unique_ptr<Replica>> replicas;
  std::deque<Letter> mail;
  std::map<std::size_t, std::size_t> kinds;                ///< how often each kind of message was sent
  std::map<std::pair<NodeId, NodeId>, std::size_t> bytes;  ///< sent between two of them
  std::vector<port::SendMessage> to_strangers;

 private:
  /// What the room next door does for repair.
  bool serve(NodeId id, NodeId from, const wire::Message& message, port::Outbox& out) {
    if (const auto* read = std::get_if<wire::ReadRequest>(&message)) {
      auto found = run(id, storage::Get{read->partition, *ring::Key::from_bytes(read->key)});
      const Bytes object = causal::encode(std::get<storage::GetAnswer>(found).object);
      out.send(from, wire::ReadReply{.request = read->request, .error = {}, .object = object});
    } else if (const auto* merge = std::get_if<wire::MergeRequest>(&message)) {
      run(id, storage::Merge{merge->partition, *ring::Key::from_bytes(merge->key), merge->object});
      out.send(from, wire::MergeReply{.request = merge->request, .error = {}});
    } else {
      return false;
    }
    return true;
  }

  void deliver(Repair& repair, NodeId from, const wire::Message& message, port::Outbox& out) {
    std::visit(
        [&](const auto& one) {
          if constexpr (requires { repair.on_message(from, one, view(), out); })
            repair.on_message(from, one, view(), out);
        },
        message);
  }

  void carry_out(NodeId id, port::Outbox& out) {
    for (auto& effect : out.effects()) {
      if (auto* message = std::get_if<port::SendMessage>(&effect)) {
        ++kinds[message->message.index()];
        Bytes encoded;
        wire::encode(message->message, encoded);
        bytes[std::minmax(id, message->to)] += encoded.size();
        if (replicas.contains(message->to))
          mail.push_back({id, message->to, message->message});
        else
          to_strangers.push_back(*message);
      }
      if (auto* timer = std::get_if<port::ArmTimer>(&effect)) at(id).timers.emplace(timer->at, timer->ticket);
      if (auto* notice = std::get_if<port::Notice>(&effect)) ++at(id).notices[notice->kind];
    }
    for (auto& effect : out.effects())
      if (auto* store = std::get_if<port::Store>(&effect))
        act(id, [&](Repair& repair, port::Outbox& next) {
          std::vector<storage::Command> batch;
          batch.push_back(std::move(store->command));
          repair.on_storage(store->ticket, std::move(at(id).shard.run(batch).front()), view(), next);
        });
  }
};

}  // namespace starling::repair::test
