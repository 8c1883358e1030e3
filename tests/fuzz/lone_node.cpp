#include "lone_node.hpp"

#include <utility>
#include <vector>

#include "fuzz.hpp"
#include "ring/ring.hpp"
#include "topology/cluster_record.hpp"
#include "wire/codec.hpp"
#include "wire/frame.hpp"

namespace starling::fuzz {

namespace {

constexpr NodeId us{1};
constexpr ClusterId cluster{77};
constexpr std::uint32_t partitions = 8;

const ring::Ring& our_ring() {
  static const ring::Ring ring = [] {
    std::vector<ring::Member> members;
    for (std::uint64_t id = 1; id <= 3; ++id) members.push_back({.id = NodeId{id}, .zone = "", .weight = 1});
    const ring::PreferenceList everybody{NodeId{1}, NodeId{2}, NodeId{3}};
    return ring::Ring::make(cluster, Epoch{1}, 3, members, std::vector(partitions, everybody)).value();
  }();
  return ring;
}

storage::BootRecord boot_record(bool has_ring) {
  storage::BootRecord boot{.node = us, .generation = Generation{1}, .nonce = 5, .fresh = !has_ring};
  if (!has_ring) return boot;
  topology::ClusterRecord record{.cluster = cluster, .secret = {1, 2, 3}, .founder = us};
  for (const ring::Member& member : our_ring().members())
    record.contacts.push_back({member.id, LoneNode::address_of(member.id)});
  boot.records[topology::cluster_record_name] = topology::encode(record);
  boot.records[topology::ring_record_name] = encode(our_ring());
  return boot;
}

node::Config config() {
  node::Config config;
  config.name = "lone";
  config.peer = LoneNode::address_of(us);
  config.init = node::InitMode::never;
  return config;
}

/// The digests of so few keys as come here.
constexpr std::size_t digests = 16;

}  // namespace

/// What the driver does with each effect.
struct LoneNode::CarryOut {
  LoneNode& node;

  void operator()(port::SendMessage& effect) {
    node.check(effect.message);
    std::visit(
        [&](const auto& message) {
          if constexpr (requires { message.request; }) node.last_asked_[effect.to] = message.request;
        },
        effect.message);
  }
  void operator()(port::SendToAddress& effect) { node.check(effect.message); }
  void operator()(port::SendDatagram& effect) {
    ensure(effect.bytes.size() <= wire::datagram_bytes_max, "a datagram over its bound");
    ensure(wire::decode_datagram(effect.bytes).has_value(), "a datagram that nobody can read");
  }
  void operator()(port::ArmTimer& effect) { node.timers_.emplace(effect.at, effect.ticket); }
  void operator()(port::Store& effect) {
    auto answers = node.shard_.run({&effect.command, 1});
    ensure(answers[0] || answers[0].error().code != ErrorCode::storage_failed, "bytes from outside broke the storage");
    node.node_.step(port::StorageAnswered{effect.ticket, std::move(answers[0])}, node.now_, node.out_);
  }
  void operator()(port::AnswerClient& effect) { node.client_.reply(effect.token.value, std::move(effect.reply)); }
  void operator()(port::Halt&) { node.halted_ = true; }
  void operator()(port::Notice& notice) { node.was_copied_ |= notice.kind == port::NoticeKind::identity_copied; }
  void operator()(auto&) {}
};

LoneNode::LoneNode(bool has_ring)
    : shard_(storage::Shard::open(engine_, Random(2), {.digests = digests}).value()),
      node_(config(), boot_record(has_ring), Random(1)) {
  node_.start(now_, out_);
  carry_out();
}

Address LoneNode::address_of(NodeId node) {
  Address address{.ip = {}, .port = static_cast<std::uint16_t>(4000 + node.value)};
  address.ip[15] = 1;
  return address;
}

PartitionId LoneNode::partition_of(const ring::Key& key) { return our_ring().partition_of(key.token); }

void LoneNode::step(port::Event event) {
  if (halted_) return;
  node_.step(std::move(event), now_, out_);
  carry_out();
}

void LoneNode::carry_out() {
  while (!out_.effects().empty()) {
    auto effects = std::exchange(out_.effects(), {});
    for (port::Effect& effect : effects) std::visit(CarryOut{*this}, effect);
  }
  // A stranger who claims to be us can make us stop, in words; nothing else from outside can.
  ensure(!halted_ || was_copied_, "bytes from outside stopped a node");
}

void LoneNode::check(const wire::Message& message) const {
  Bytes encoded;
  wire::encode(message, encoded);
  ensure(encoded.size() <= wire::frame_max, "a message that fits no frame");
  ensure(wire::decode_message(encoded) == message, "a message that does not come back");
}

void LoneNode::hear_client(BytesView bytes) {
  std::vector<gateway::Session::Asked> asked;
  client_.feed(bytes, asked);
  for (auto& one : asked) step(port::ClientAsked{{one.id}, std::move(one.request), WallTime{1'750'000'000'000}});
  Bytes output;
  client_.take_output(output);
  client_.wrote(output.size());
}

void LoneNode::pass(Duration time) {
  const Instant end = now_ + time;
  while (!halted_ && !timers_.empty() && timers_.begin()->first <= end) {
    const auto due = timers_.extract(timers_.begin());
    now_ = std::max(now_, due.key());
    step(port::TimerElapsed{due.mapped()});
  }
  now_ = end;
}

void LoneNode::settle() {
  for (int minutes = 0; minutes < 2 && client_.in_flight() > 0; ++minutes) pass(1min);
  ensure(halted_ || client_.in_flight() == 0, "a client is never answered");
}

}  // namespace starling::fuzz
