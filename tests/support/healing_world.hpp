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
#include "transfer/transfer.hpp"
#include "wire/codec.hpp"

namespace starling::test {

using repair::Repair;
using transfer::Transfer;

inline constexpr NodeId a{1}, b{2}, c{3};

inline ring::Ring make_ring(std::size_t partitions) {
  auto made = ring::Ring::make({9}, {5}, 3, {{.id = a}, {.id = b}, {.id = c}},
                               std::vector(partitions, std::vector<NodeId>{a, b, c}));
  REQUIRE(made);
  return *std::move(made);
}

inline ring::Key key_of(int number) { return *ring::Key::make("", "k" + std::to_string(number)); }

/// One node as far as partitions heal and move: both rooms over a real shard.
struct Replica {
  Replica(const repair::Config& healing, const transfer::Config& moving, NodeId id, storage::MemoryEngine disk = {})
      : engine(std::move(disk)),
        shard(storage::Shard::open(engine, Random(id.value)).value()),
        transfer(moving, id, Random(id.value)),
        repair(healing, id, transfer, Random(id.value)) {}

  void start(const port::View& view, port::Outbox& out) {
    transfer.on_ring(view, out);
    repair.start(view, out);
  }
  void on_ring(const port::View& view, port::Outbox& out) {
    transfer.on_ring(view, out);
    repair.on_ring(view, out);
  }
  void on_connected(NodeId peer, const port::View& view, port::Outbox& out) {
    transfer.on_connected(peer, view, out);
    repair.on_connected(peer, view, out);
  }
  void on_peer_lost(NodeId peer) {
    transfer.on_peer_lost(peer);
    repair.on_peer_lost(peer);
  }
  void start_over(const std::vector<PartitionId>& partitions, const port::View& view, port::Outbox& out) {
    transfer.start_over(partitions, view, out);
    repair.start_over(partitions, view, out);
  }
  void on_timer(port::Ticket ticket, const port::View& view, port::Outbox& out) {
    if (ticket.room == port::Room::transfer) return transfer.on_timer(ticket, view, out);
    repair.on_timer(ticket, view, out);
  }
  void on_storage(port::Ticket ticket, Result<storage::Answer> answer, const port::View& view, port::Outbox& out) {
    if (ticket.room == port::Room::repair) return repair.on_storage(ticket, std::move(answer), view, out);
    transfer.on_storage(ticket, std::move(answer), view, out);
    if (auto lacking = transfer.take_lacking()) repair.on_lacking(*std::move(lacking), view, out);
  }
  template <class Message>
  void on_message(NodeId from, Message message, const port::View& view, port::Outbox& out) {
    if constexpr (requires { transfer.on_message(from, message, view, out); })
      transfer.on_message(from, message, view, out);
    if constexpr (requires { repair.on_message(from, message, view, out); })
      repair.on_message(from, message, view, out);
  }

  storage::MemoryEngine engine;
  storage::Shard shard;
  Transfer transfer;
  Repair repair;
  std::multimap<Instant, port::Ticket> timers;
  std::map<port::NoticeKind, int> notices;
};

/// Three replicas; the test plays network, disk and time.
class HealingWorld : public port::Peers {
 public:
  explicit HealingWorld(repair::Config healing = {}, std::size_t partitions = 4, transfer::Config transfers = {})
      : config(healing), moving(transfers), ring(make_ring(partitions)) {
    for (const NodeId id : {a, b, c}) replicas.emplace(id, std::make_unique<Replica>(config, moving, id));
  }

  bool reachable(NodeId node) const override { return !down.contains(node); }
  port::View view() const { return {ring, *this, now, busy ? now : Instant{}}; }
  Replica& at(NodeId id) { return *replicas.at(id); }

  void start() {
    for (const NodeId id : {a, b, c}) act(id, [&](Replica& replica, port::Outbox& out) { replica.start(view(), out); });
    settle();
  }
  void restart(NodeId id) {
    replicas[id] = std::make_unique<Replica>(config, moving, id, at(id).engine);
    act(id, [&](Replica& replica, port::Outbox& out) { replica.start(view(), out); });
    settle();
  }
  void act(NodeId id, const std::function<void(Replica&, port::Outbox&)>& action) {
    port::Outbox out;
    action(at(id), out);
    carry_out(id, out);
  }
  /// Until everything that is under way has been done; time stands still.
  void settle() {
    while (!mail.empty()) {
      const auto [from, to, message] = std::move(mail.front());
      mail.pop_front();
      if (down.contains(to) || down.contains(from)) continue;
      act(to, [&](Replica& replica, port::Outbox& out) {
        if (!serve(to, from, message, out)) deliver(replica, from, message, out);
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
      act(who, [&](Replica& replica, port::Outbox& out) { replica.on_timer(ticket, view(), out); });
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
  /// Of partitions that are being dropped, too.
  std::size_t rows_on_disk(NodeId id) {
    std::size_t rows = 0;
    const auto count = [&](Token, BytesView, BytesView) {
      ++rows;
      return storage::Engine::Visit::go_on;
    };
    REQUIRE(at(id).engine.scan({}, {std::numeric_limits<std::uint64_t>::max()}, count));
    return rows;
  }
  void go_on_answering() {
    const NodeId id = *std::exchange(slow_disk, std::nullopt);
    for (; !unanswered_.empty(); unanswered_.pop_front()) answer(id, unanswered_.front());
    settle();
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

  repair::Config config;
  transfer::Config moving;
  ring::Ring ring;
  Instant now{1h};
  bool busy{};                         ///< somebody is always asking something of each node
  std::optional<NodeId> slow_disk;     ///< whose storage answers nothing until go_on_answering()
  std::map<NodeId, std::size_t> asks;  ///< of its storage, for surveys
  std::set<NodeId> down;
  std::map<NodeId, std::unique_ptr<Replica>> replicas;
  std::deque<Letter> mail;
  std::map<std::size_t, std::size_t> kinds;                ///< how often each kind of message was sent
  std::map<std::pair<NodeId, NodeId>, std::size_t> bytes;  ///< sent between two of them
  std::vector<port::SendMessage> to_strangers;

 private:
  /// What the room next door does for both.
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

  void deliver(Replica& replica, NodeId from, const wire::Message& message, port::Outbox& out) {
    std::visit([&](const auto& one) { replica.on_message(from, one, view(), out); }, message);
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
      if (auto* store = std::get_if<port::Store>(&effect)) {
        if (slow_disk == id)
          unanswered_.push_back(std::move(*store));
        else
          answer(id, *store);
      }
  }
  void answer(NodeId id, port::Store& store) {
    asks[id] += std::holds_alternative<storage::Survey>(store.command) ? 1 : 0;
    act(id, [&](Replica& replica, port::Outbox& next) {
      std::vector<storage::Command> batch;
      batch.push_back(std::move(store.command));
      replica.on_storage(store.ticket, std::move(at(id).shard.run(batch).front()), view(), next);
    });
  }

  std::deque<port::Store> unanswered_;
};

}  // namespace starling::test
