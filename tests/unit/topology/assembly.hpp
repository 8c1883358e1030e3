#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/ensure.hpp"
#include "base/random.hpp"
#include "calendar.hpp"
#include "ring/change.hpp"
#include "topology/cluster_record.hpp"
#include "topology/register.hpp"
#include "wire/codec.hpp"

namespace starling::topology::testing {

/// A settled ring of these members: each partition belongs to one of them.
inline ring::Ring ring_of(std::size_t members) {
  std::vector<ring::Member> all;
  ring::Assignment assignment;
  for (std::size_t i = 1; i <= members; ++i) {
    all.push_back({.id = {i}, .zone = {}});
    assignment.push_back({NodeId{i}});
  }
  return *ring::Ring::make(ClusterId{7}, Epoch{1}, 1, std::move(all), std::move(assignment));
}

/// One of the many rings that may follow: the first member has another weight.
inline ring::Ring successor(const ring::Ring& ring, std::uint32_t weight) {
  auto parts = ring.parts();
  ++parts.epoch.value;
  parts.members.front().weight = weight;
  return *ring::Ring::make(std::move(parts));
}

/// Members of one ring who know nothing but how to decide on the next: messages, timers and disks in
/// one thread. What a delegate saved survives its crash, unless it was still being saved.
class Assembly : public Calendar {
 public:
  struct Delegate {
    NodeId id;
    std::map<std::string, Bytes> records;  ///< the disk
    std::unique_ptr<port::Tickets> tickets;
    std::unique_ptr<Register> the_register;  ///< nothing while it is down
    std::optional<ring::Ring> ring;          ///< that it goes by
    Epoch saved;                             ///< of the ring that it goes by, or is about to
    std::uint64_t life{};
    Instant saved_until;  ///< a disk writes one thing after the other
    bool listens{true};   ///< else whatever is sent to it is lost
  };
  /// How the network and the disks are, at their worst.
  struct Weather {
    std::uint64_t lost_percent{};
    std::uint64_t doubled_percent{};
    Duration delay_max = 1ms;
    Duration save_max = 1ms;
  };

  Assembly(const Assembly&) = delete;
  Assembly& operator=(const Assembly&) = delete;
  explicit Assembly(std::size_t delegates, std::uint64_t seed = 1) : random_(seed), delegates_(delegates) {
    const ring::Ring first = ring_of(delegates);
    for (std::size_t i = 0; i < delegates; ++i) {
      delegates_[i].id = {i + 1};
      delegates_[i].records[ring_record_name] = encode(first);
      start(i);
    }
  }

  Weather weather;
  /// Each message that is sent, and whether it is to arrive.
  std::function<bool(NodeId from, NodeId to, const wire::Message&)> passes;

  Delegate& operator[](std::size_t delegate) { return delegates_[delegate]; }
  std::size_t size() const { return delegates_.size(); }
  bool up(std::size_t delegate) const { return delegates_[delegate].the_register != nullptr; }
  const ring::Ring& ring(std::size_t delegate) const { return *delegates_[delegate].ring; }
  Epoch epoch(std::size_t delegate) const { return ring(delegate).epoch(); }

  /// The one ring that each epoch may have: whatever anybody has decided or gone by.
  std::map<std::uint64_t, Bytes> decided;
  /// How often somebody had another one.
  std::size_t contradictions{};

  /// A ring with this weight is proposed to follow the one that it goes by, unless it has something under way.
  void propose(std::size_t delegate, std::uint32_t weight) {
    if (!up(delegate) || delegates_[delegate].the_register->proposing()) return;
    act(delegate, [&](Register& r, port::Outbox& out) { r.propose(successor(ring(delegate), weight), now(), out); });
  }
  void tell(std::size_t delegate, NodeId from, const wire::Message& message) { receive(delegate, from, message); }

  void crash(std::size_t delegate) {
    delegates_[delegate].the_register.reset();
    ++delegates_[delegate].life;
  }

  void start(std::size_t delegate) {
    Delegate& d = delegates_[delegate];
    d.tickets = std::make_unique<port::Tickets>(port::Room::topology);
    d.the_register = std::make_unique<Register>(d.id, random_.fork(), *d.tickets);
    d.ring = *ring::decode_ring(d.records.at(ring_record_name));
    d.saved = d.ring->epoch();
    d.saved_until = now();
    ensure(d.the_register->resume(d.records[Acceptor::record_name]).has_value());
    d.the_register->on_ring(*d.ring);
  }

  /// Its directory becomes an older copy of itself, and it is started; whether it is told so is another question.
  void roll_back(std::size_t delegate, const std::map<std::string, Bytes>& copy, bool told) {
    crash(delegate);
    delegates_[delegate].records = copy;
    start(delegate);
    if (told) act(delegate, [](Register& r, port::Outbox& out) { r.doubt_votes(out); });
  }

 private:
  void act(std::size_t delegate, const std::function<void(Register&, port::Outbox&)>& action) {
    Delegate& d = delegates_[delegate];
    port::Outbox out;
    action(*d.the_register, out);
    if (auto ring = d.the_register->take_decided()) {
      note(*ring);
      save_ring(delegate, *ring, out);
    }
    for (auto& effect : out.effects()) carry_out(delegate, std::move(effect));
  }

  /// To go by it when it is durable.
  void save_ring(std::size_t delegate, const ring::Ring& ring, port::Outbox& out) {
    if (ring.epoch() <= delegates_[delegate].saved) return;
    delegates_[delegate].saved = ring.epoch();
    out.store(ring_ticket, storage::SaveRecord{ring_record_name, encode(ring)});
  }

  void note(const ring::Ring& ring) {
    const Bytes bytes = encode(ring);
    if (decided.emplace(ring.epoch().value, bytes).first->second != bytes) ++contradictions;
  }

  void carry_out(std::size_t delegate, port::Effect effect) {
    if (auto* send = std::get_if<port::SendMessage>(&effect)) {
      post(delegate, send->to.value - 1, send->message);
    } else if (auto* timer = std::get_if<port::ArmTimer>(&effect)) {
      schedule(delegate, timer->at, [this, delegate, ticket = timer->ticket] {
        act(delegate, [&](Register& r, port::Outbox& out) { r.on_timer(ticket, now(), out); });
      });
    } else if (auto* store = std::get_if<port::Store>(&effect)) {
      Delegate& d = delegates_[delegate];
      d.saved_until = std::max(d.saved_until, now()) + up_to(weather.save_max);
      const auto& save = std::get<storage::SaveRecord>(store->command);
      schedule(delegate, d.saved_until, [this, delegate, save, ticket = store->ticket] {
        delegates_[delegate].records[save.name] = save.bytes;
        ticket == ring_ticket ? go_by(delegate, *ring::decode_ring(save.bytes)) : saved(delegate, ticket);
      });
    }
  }

  void saved(std::size_t delegate, port::Ticket ticket) {
    act(delegate,
        [&](Register& r, port::Outbox& out) { r.on_stored(ticket, storage::Answer{storage::Done{}}, now(), out); });
  }

  void go_by(std::size_t delegate, ring::Ring ring) {
    Delegate& d = delegates_[delegate];
    if (ring.epoch() <= d.ring->epoch()) return;
    d.ring = std::move(ring);
    note(*d.ring);
    d.the_register->on_ring(*d.ring);
  }

  /// Later, unless it has crashed in the meantime.
  void schedule(std::size_t delegate, Instant at, std::function<void()> action) {
    const std::uint64_t life = delegates_[delegate].life;
    plan(at, [this, delegate, life, action = std::move(action)] {
      if (delegates_[delegate].life == life) action();
    });
  }

  /// Through the codec, as on the wire. Who is down when it arrives does not get it.
  void post(std::size_t from, std::size_t to, const wire::Message& message) {
    if (passes && !passes(delegates_[from].id, delegates_[to].id, message)) return;
    Bytes bytes;
    wire::encode(message, bytes);
    const int copies = random_.chance(weather.doubled_percent, 100) ? 2 : 1;
    for (int i = 0; i < copies; ++i) {
      if (random_.chance(weather.lost_percent, 100)) continue;
      plan(now() + up_to(weather.delay_max), [this, from, to, bytes] {
        if (up(to) && delegates_[to].listens) receive(to, delegates_[from].id, *wire::decode_message(bytes));
      });
    }
  }

  void receive(std::size_t delegate, NodeId from, const wire::Message& message) {
    act(delegate, [&](Register& r, port::Outbox& out) {
      std::visit(
          [&](const auto& m) {
            if constexpr (requires { r.on_message(from, m, now(), out); }) r.on_message(from, m, now(), out);
          },
          message);
      if (std::holds_alternative<wire::RingFetch>(message)) out.send(from, wire::RingIs{encode(ring(delegate))});
      if (const auto* is = std::get_if<wire::RingIs>(&message)) save_ring(delegate, *ring::decode_ring(is->ring), out);
    });
  }

  Duration up_to(Duration most) {
    return Duration{1 + static_cast<Duration::rep>(random_.below(static_cast<std::uint64_t>(most.count())))};
  }

  static constexpr port::Ticket ring_ticket{port::Room::node, 1};

  Random random_;
  std::vector<Delegate> delegates_;
};

}  // namespace starling::topology::testing
