#include "wire/codec.hpp"

#include <doctest/doctest.h>

#include <msgpack.hpp>

#include "random_message.hpp"

using namespace starling;
using namespace starling::wire;

namespace starling::wire {

/// Stands for a field of any type; never made, only asked whether it would fit.
template <std::size_t>
struct Anything {
  template <class T>
  operator T() const;
};

template <class T, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
  return requires { T{Anything<I>{}...}; };
}
/// How many fields an aggregate has, found by trying.
template <class T, std::size_t N = 0>
constexpr std::size_t field_count() {
  if constexpr (takes<T>(std::make_index_sequence<N + 1>{}))
    return field_count<T, N + 1>();
  else
    return N;
}
template <class T>
constexpr bool lists_every_field = std::tuple_size_v<decltype(fields(std::declval<T&>()))> == field_count<T>();

template <class... T>
constexpr bool all_list_every_field(const std::variant<T...>*) {
  return (lists_every_field<T> && ...);
}

}  // namespace starling::wire

TEST_CASE("no field is forgotten on the wire") {
  CHECK(all_list_every_field(static_cast<Message*>(nullptr)));
  CHECK(all_list_every_field(static_cast<Datagram::Body*>(nullptr)));
  CHECK(lists_every_field<MemberUpdate>);
  CHECK(lists_every_field<Datagram>);
  CHECK(lists_every_field<WriteResult>);
  CHECK(lists_every_field<Row>);
  CHECK(lists_every_field<ActorCheck::Claim>);
  CHECK(lists_every_field<FoundingPropose::Contact>);
  CHECK(lists_every_field<Error>);
}

TEST_CASE("every message comes back as it went") {
  Random random(1);
  for (int round = 0; round < 200; ++round) {
    for (const Message& message : one_of_each(random)) {
      const auto back = decode_message(encoded(message));
      REQUIRE(back.has_value());
      CHECK((*back == message));
    }
  }
}

TEST_CASE("encoding appends, and a stranger's library reads what it wrote") {
  Random random(2);
  for (const Message& message : one_of_each(random)) {
    Bytes out = "before";
    encode(message, out);
    CHECK(out.starts_with("before"));
    const auto handle = msgpack::unpack(out.data() + 6, out.size() - 6);
    REQUIRE(handle->type == msgpack::type::ARRAY);
    CHECK(handle->via.array.ptr[0].as<std::size_t>() == message.index());
  }
}

TEST_CASE("a truncated message of any kind is malformed") {
  Random random(3);
  for (const Message& message : one_of_each(random)) {
    const Bytes whole = encoded(message);
    const std::size_t step = 1 + whole.size() / 2000;
    for (std::size_t size = 0; size < whole.size(); size += step) {
      const auto back = decode_message(BytesView(whole).substr(0, size));
      REQUIRE(!back.has_value());
      CHECK(back.error().code == ErrorCode::malformed);
    }
  }
}

TEST_CASE("trailing bytes, missing fields and further ones are malformed") {
  Random random(4);
  for (const Message& message : one_of_each(random)) {
    Bytes bytes = encoded(message);
    CHECK(!decode_message(bytes + '\0').has_value());
    // The marker of a small array holds its count.
    bytes.front() = static_cast<char>(bytes.front() + 1);
    CHECK(!decode_message(bytes + '\0').has_value());
    CHECK(!decode_message(bytes).has_value());
  }
  CHECK(!decode_message("").has_value());
}

TEST_CASE("a flipped byte makes another message or none, and decodes to what encodes the same") {
  Random random(5);
  int decoded = 0;
  for (int round = 0; round < 20; ++round) {
    for (const Message& message : one_of_each(random)) {
      Bytes bytes = encoded(message);
      const std::size_t place = random.below(std::min<std::size_t>(bytes.size(), 400));
      for (unsigned flip = 1; flip < 256; ++flip) {
        Bytes damaged = bytes;
        damaged[place] = static_cast<char>(static_cast<unsigned char>(damaged[place]) ^ flip);
        const auto back = decode_message(damaged);
        if (!back) continue;
        ++decoded;
        const auto again = decode_message(encoded(*back));
        CHECK((again.has_value() && *again == *back));
      }
    }
  }
  CHECK(decoded > 0);
}

TEST_CASE("random bytes are refused in words") {
  Random random(6);
  for (int round = 0; round < 100'000; ++round) {
    Bytes bytes(random.below(60), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.next());
    if (!bytes.empty() && random.chance(1, 2)) bytes.front() = static_cast<char>(0x90 | random.below(13));
    if (const auto back = decode_message(bytes); !back) CHECK(!back.error().message.empty());
    seal_datagram(bytes);
    if (const auto back = decode_datagram(bytes); !back) CHECK(!back.error().message.empty());
  }
}

TEST_CASE("numbers outside their range are malformed") {
  const Bytes good = encoded(FoundingDecision{ClusterId{7}, FoundingOutcome::aborted});
  CHECK(decode_message(good).has_value());
  CHECK(good.back() == '\x02');
  Bytes outcome = good;
  outcome.back() = '\x03';
  CHECK(!decode_message(outcome).has_value());

  Bytes kind = good;
  kind[1] = static_cast<char>(std::variant_size_v<Message>);
  CHECK(!decode_message(kind).has_value());

  Bytes negative = good;
  negative.back() = '\xff';
  CHECK(!decode_message(negative).has_value());
}

TEST_CASE("a partition above 16 bits is malformed") {
  Bytes bytes = encoded(ReadRequest{.partition = PartitionId{0xffff}});
  CHECK(decode_message(bytes).has_value());
  const auto at = bytes.find("\xcd\xff\xff");
  REQUIRE(at != Bytes::npos);
  bytes.replace(at, 3, BytesView("\xce\x00\x01\x00\x00", 5));
  CHECK(!decode_message(bytes).has_value());
}

TEST_CASE("a list that claims four thousand million items takes no memory") {
  Bytes bytes;
  encode(ActorCheckReply{.request = {}, .error = {}, .ahead = {}}, bytes);
  REQUIRE(bytes.back() == '\x90');
  bytes.pop_back();
  CHECK(!decode_message(bytes + Bytes("\xdd\xff\xff\xff\xff", 5)).has_value());
  // As many items as bytes follow, and the first is none.
  CHECK(!decode_message(bytes + Bytes("\xdd\x01\x00\x00\x00", 5) + Bytes(1 << 24, '\xc0')).has_value());
}

TEST_CASE("what is overdue has nothing left") {
  const auto back = decode_message(encoded(ReadRequest{.ttl = Duration(-5)}));
  REQUIRE(back.has_value());
  CHECK(std::get<ReadRequest>(*back).ttl == Duration(0));
}

TEST_CASE("an address travels in 1, 7 or 19 bytes and nothing else is one") {
  auto size_with = [](const char* text) {
    MemberUpdate update;
    if (*text != '\0') update.peer = parse_address(text).value();
    return encode(update).size();
  };
  const std::size_t none = size_with("");
  CHECK(size_with("127.0.0.1:4701") == none + 6);
  CHECK(size_with("[::1]:4701") == none + 18);

  Bytes bytes = encode(MemberUpdate{});
  REQUIRE(bytes.ends_with(BytesView("\xc4\x00\xc4\x00", 4)));
  bytes.resize(bytes.size() - 2);
  CHECK(!decode_member_update(bytes + Bytes("\xc4\x05\1\2\3\4\5", 7)).has_value());
  const Bytes without_port("\xc4\x06\x7f\0\0\1\0\0", 8);
  CHECK(!decode_member_update(bytes + without_port).has_value());
}

TEST_CASE("datagrams come back as they went, within their bound") {
  Random random(7);
  int whole = 0;
  for (int round = 0; round < 2000; ++round) {
    auto datagram = random_value<Datagram>(random);
    datagram.updates.resize(std::min<std::size_t>(datagram.updates.size(), 3));
    const Bytes bytes = encode(datagram);
    const auto back = decode_datagram(bytes);
    CHECK(back.has_value() == (bytes.size() <= datagram_bytes_max));
    if (!back) continue;
    ++whole;
    CHECK((*back == datagram));
    for (std::size_t size = 0; size < bytes.size(); ++size) CHECK(!decode_datagram(BytesView(bytes).substr(0, size)));
    CHECK(!decode_datagram(bytes + '\xc0'));
    Bytes damaged = bytes;
    damaged[random.below(damaged.size())] ^= static_cast<char>(1U << random.below(8));
    CHECK(!decode_datagram(damaged));
  }
  CHECK(whole > 200);
}

TEST_CASE("a datagram grows by the size of each update") {
  Random random(8);
  Datagram datagram{.cluster = ClusterId{1}, .from = NodeId{2}, .epoch = {}, .body = Gossip{}, .updates = {}};
  std::size_t expected = encode(datagram).size();
  for (int i = 0; i < 15; ++i) {
    datagram.updates.push_back(random_value<MemberUpdate>(random));
    expected += encoded_size(datagram.updates.back());
    CHECK(encode(datagram).size() == expected);
  }
  datagram.updates.emplace_back();
  CHECK(encode(datagram).size() == expected + encoded_size({}) + 2);
}
