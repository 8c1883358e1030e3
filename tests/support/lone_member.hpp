#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "membership/membership.hpp"

namespace starling::test {

/// One Membership whose peers are played by the test: what it sends is decoded and kept, what the
/// test says reaches it at once. We are node 1; peer i (from 0) has id 10 + i and listens at its own address.
class LoneMember {
 public:
  struct Sent {
    Address to;
    wire::Datagram datagram;
    std::size_t bytes{};
  };

  explicit LoneMember(std::size_t peers, membership::Profile profile = membership::Profile::lan());

  static NodeId us() { return NodeId{1}; }
  static NodeId peer(std::size_t i) { return NodeId{10 + i}; }
  static Address address_of(NodeId node);
  static NodeId node_at(const Address& address) { return NodeId{static_cast<std::uint64_t>(address.port - 4000)}; }
  /// What peer i would say of itself.
  static wire::MemberUpdate statement(NodeId node, wire::MemberState state = wire::MemberState::alive,
                                      std::uint32_t incarnation = 0);
  wire::MemberUpdate about_us(wire::MemberState state, std::uint32_t incarnation = 0) const;

  /// A datagram from a peer; from its own address unless told otherwise.
  void say(NodeId from, wire::Datagram::Body body, std::vector<wire::MemberUpdate> updates = {},
           std::optional<Address> source = {}, Epoch epoch = Epoch{1});
  void say_bytes(Address source, BytesView bytes);
  template <class Message>
  void say_by_stream(NodeId from, const Message& message) {
    room.on_message(from, message, now, out);
    collect();
  }
  /// Lets time pass; timers come on time.
  void run_for(Duration length);
  /// Likewise, and every peer that is pinged answers within a millisecond.
  void run_answered_for(Duration length);
  /// Time passes, and nothing is run; what was due meanwhile comes at the end of it.
  void stall_for(Duration length);
  /// Time passes until a datagram whose body is a B is sent; it is the last of `sent`.
  template <class B>
  Sent run_until_sent();

  template <class B>
  std::vector<Sent> sent_with() const;
  template <class M>
  std::vector<std::pair<NodeId, M>> messages_with() const;
  std::size_t count(port::NoticeKind kind) const;
  const wire::MemberUpdate& view_of(NodeId node) const { return *room.find(node); }
  /// Forgets what was sent and told so far.
  void forget();

  membership::Membership room;
  Instant now{};
  std::vector<Sent> sent;
  std::vector<std::pair<NodeId, wire::Message>> messages;
  std::vector<std::pair<Address, wire::Message>> messages_to_addresses;
  std::vector<port::Notice> notices;
  std::vector<port::Introduce> introductions;
  std::vector<port::Halt> halts;
  port::Outbox out;

  static constexpr ClusterId cluster{77};

 private:
  void collect();
  bool run_next_timer(Instant before);

  std::map<std::pair<Instant, std::uint64_t>, std::uint64_t> timers_;
  std::uint64_t sequence_{};
};

template <class B>
std::vector<LoneMember::Sent> LoneMember::sent_with() const {
  std::vector<Sent> found;
  for (const auto& one : sent)
    if (std::holds_alternative<B>(one.datagram.body)) found.push_back(one);
  return found;
}

template <class M>
std::vector<std::pair<NodeId, M>> LoneMember::messages_with() const {
  std::vector<std::pair<NodeId, M>> found;
  for (const auto& [to, message] : messages)
    if (const auto* one = std::get_if<M>(&message)) found.emplace_back(to, *one);
  return found;
}

template <class B>
LoneMember::Sent LoneMember::run_until_sent() {
  const std::size_t before = sent_with<B>().size();
  for (int i = 0; i < 100'000 && sent_with<B>().size() == before; ++i) run_for(1ms);
  return sent_with<B>().back();
}

}  // namespace starling::test
