#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "calendar.hpp"
#include "topology/founding.hpp"
#include "topology/joiners.hpp"
#include "wire/codec.hpp"

namespace starling::topology::testing {

/// A few nodes that know nothing but how to found a cluster and how to join one, in one thread: messages, timers and
/// saved records. What a node saved survives its crash; what it was told or had armed does not.
class Town : public Calendar {
 public:
  struct House {
    NodeId id;
    Address address;
    std::map<std::string, Bytes> records;  ///< the disk
    std::unique_ptr<Founding> founding;    ///< nothing while it is down
    Joiners joiners;
    std::uint64_t life{};
    std::vector<port::ClientReply> replies;
  };

  explicit Town(std::size_t houses, std::uint64_t seed = 1) : random_(seed) {
    for (std::size_t i = 0; i < houses; ++i) {
      houses_.push_back({.id = {i + 1}, .address = address_of(i), .records = {}, .founding = {}, .replies = {}});
      start(i);
    }
  }

  static Address address_of(std::size_t house) {
    return *parse_address("10.0.0." + std::to_string(house + 1) + ":4702");
  }

  House& operator[](std::size_t house) { return houses_[house]; }
  /// Each message is lost with this probability, in percent.
  void lose(std::uint64_t percent) { loss_percent_ = percent; }

  void init(std::size_t house, const std::vector<Address>& peers) {
    act(house, [&](Founding& f, port::Outbox& out) { f.on_init({1}, port::InitRequest{peers}, now(), out); });
  }

  void ask_to_join(std::size_t house, const std::vector<Address>& seeds, bool at_once) {
    act(house, [&](Founding& f, port::Outbox& out) { f.ask_to_join(seeds, at_once, now(), out); });
  }
  void tell(std::size_t from, std::size_t to, const wire::Message& message) { deliver(from, to, message); }
  /// As if a change had brought it into the ring that this member goes by.
  void admit(std::size_t member, std::size_t newcomer) {
    auto parts = ring_of(member).parts();
    ++parts.epoch.value;
    parts.members.push_back({.id = houses_[newcomer].id, .zone = {}});
    houses_[member].records[ring_record_name] = encode(*ring::Ring::make(std::move(parts)));
  }
  ring::Ring ring_of(std::size_t house) const {
    return *ring::decode_ring(houses_[house].records.at(ring_record_name));
  }
  /// The names of those who ask there.
  std::vector<std::string> waiting(std::size_t member) const {
    std::vector<std::string> names;
    for (const auto& ask : houses_[member].joiners.waiting(ring_of(member), now()))
      names.push_back(ask.name + (ask.at_once ? "!" : ""));
    return names;
  }
  /// Saves fail from now on, as on a full disk.
  bool full_disks{};

  void crash(std::size_t house) {
    houses_[house].founding.reset();
    houses_[house].joiners = {};
    ++houses_[house].life;
  }

  void start(std::size_t house) {
    House& h = houses_[house];
    std::optional<ClusterRecord> cluster;
    if (h.records.contains(ring_record_name)) cluster = *decode_cluster_record(h.records.at(cluster_record_name));
    FoundingConfig config{.node = h.id, .name = "n" + std::to_string(house + 1), .zone = {}, .peer = h.address};
    config.partitions = 8;
    h.founding = std::make_unique<Founding>(config, cluster, random_.fork());
    if (cluster) return;
    act(house, [&](Founding& f, port::Outbox& out) {
      if (const auto record = h.records.find(proposal_record_name); record != h.records.end())
        (void)f.resume(record->second, now(), out);
      else if (const auto invited = h.records.find(invitation_record_name); invited != h.records.end())
        (void)f.resume_joining(invited->second, now(), out);
    });
  }

  /// The cluster a house durably belongs to.
  ClusterId cluster_of(std::size_t house) const {
    const auto& records = houses_[house].records;
    if (!records.contains(ring_record_name)) return {};
    return ring::decode_ring(records.at(ring_record_name))->cluster();
  }

 private:
  void act(std::size_t house, const std::function<void(Founding&, port::Outbox&)>& action) {
    port::Outbox out;
    action(*houses_[house].founding, out);
    for (auto& effect : out.effects()) carry_out(house, std::move(effect));
  }

  /// Later, unless that house has crashed in the meantime.
  void schedule(std::size_t house, Instant at, std::function<void(Founding&, port::Outbox&)> action) {
    const std::uint64_t life = houses_[house].life;
    plan(at, [this, house, life, action = std::move(action)] {
      if (houses_[house].life == life && houses_[house].founding) act(house, action);
    });
  }

  void carry_out(std::size_t house, port::Effect effect) {
    if (auto* send = std::get_if<port::SendMessage>(&effect)) {
      deliver(house, send->to.value - 1, std::move(send->message));
    } else if (auto* to_address = std::get_if<port::SendToAddress>(&effect)) {
      for (std::size_t i = 0; i < houses_.size(); ++i)
        if (houses_[i].address == to_address->to || houses_[i].records.contains(to_string(to_address->to)))
          deliver(house, i, std::move(to_address->message));
    } else if (auto* timer = std::get_if<port::ArmTimer>(&effect)) {
      schedule(house, timer->at,
               [this, ticket = timer->ticket](Founding& f, port::Outbox& out) { f.on_timer(ticket, now(), out); });
    } else if (auto* store = std::get_if<port::Store>(&effect)) {
      const auto& save = std::get<storage::SaveRecord>(store->command);
      schedule(house, now() + 1ms, [this, house, save, ticket = store->ticket](Founding& f, port::Outbox& out) {
        if (full_disks) return f.on_stored(ticket, fail(ErrorCode::unavailable, "the disk is full"), now(), out);
        houses_[house].records[save.name] = save.bytes;
        if (save.bytes.empty()) houses_[house].records.erase(save.name);
        f.on_stored(ticket, storage::Answer{storage::Done{}}, now(), out);
      });
    } else if (auto* answer = std::get_if<port::AnswerClient>(&effect)) {
      houses_[house].replies.push_back(std::move(answer->reply));
    }
  }

  /// Through the codec, as on the wire. A house that is down when it arrives does not get it.
  void deliver(std::size_t from, std::size_t to, wire::Message message) {
    if (random_.chance(loss_percent_, 100)) return;
    Bytes bytes;
    wire::encode(message, bytes);
    plan(now() + 1ms, [this, from, to, bytes] {
      if (!houses_[to].founding) return;
      auto decoded = *wire::decode_message(bytes);
      if (const auto* ask = std::get_if<wire::JoinAsk>(&decoded)) return hear(from, to, *ask);
      act(to, [&](Founding& f, port::Outbox& out) {
        std::visit(
            [&](auto& m) {
              if constexpr (requires { f.on_message(NodeId{from + 1}, m, now(), out); })
                f.on_message(houses_[from].id, m, now(), out);
            },
            decoded);
      });
    });
  }

  void hear(std::size_t from, std::size_t to, const wire::JoinAsk& ask) {
    if (!houses_[to].records.contains(ring_record_name)) return;
    act(to, [&](Founding&, port::Outbox& out) {
      const auto cluster = *decode_cluster_record(houses_[to].records.at(cluster_record_name));
      std::vector<wire::FoundingPropose::Contact> contacts;
      const ring::Ring ring = ring_of(to);
      for (const auto& member : ring.members()) contacts.push_back({member.id, address_of(member.id.value - 1)});
      houses_[to].joiners.on_message(houses_[from].id, ask, ring, cluster, contacts, now(), out);
    });
  }

  Random random_;
  std::vector<House> houses_;
  std::uint64_t loss_percent_{};
};

}  // namespace starling::topology::testing
