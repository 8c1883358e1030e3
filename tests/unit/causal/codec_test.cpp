#include "causal/codec.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "base/byte_stream.hpp"
#include "base/random.hpp"
#include "model.hpp"

using namespace starling;
using namespace starling::causal;

namespace {

ActorId arbitrary_actor() { return {*rc::gen::element<std::uint64_t>(1, 2, 3, 0x8000'0000'0000'0000, UINT64_MAX)}; }

std::uint64_t arbitrary_counter() {
  return *rc::gen::oneOf(rc::gen::inRange<std::uint64_t>(1, 20), rc::gen::inRange<std::uint64_t>(1, counter_max + 1),
                         rc::gen::just(counter_max));
}

DotSet arbitrary_dot_set() {
  const auto base = *rc::gen::element<std::uint64_t>(0, 1, 5, 127, 128, 70'000, counter_max - 3, counter_max);
  Bitmap above;
  const auto runs = *rc::gen::inRange(0, 5);
  for (int i = 0; i < runs; ++i) {
    const std::uint64_t first = arbitrary_counter();
    above.addRange(first, std::min(first + *rc::gen::inRange<std::uint64_t>(1, 200), counter_max + 1));
  }
  return {base, above};
}

Seen arbitrary_seen() {
  Seen seen;
  const auto actors = *rc::gen::inRange(0, 4);
  for (int i = 0; i < actors; ++i) seen.join(arbitrary_actor(), arbitrary_dot_set());
  return seen;
}

VersionVector arbitrary_vector() {
  VersionVector vector;
  const auto actors = *rc::gen::inRange(0, 4);
  for (int i = 0; i < actors; ++i) vector.advance({arbitrary_actor(), arbitrary_counter()});
  return vector;
}

Object arbitrary_object() {
  Object object;
  const auto siblings = *rc::gen::inRange(0, 4);
  for (int i = 0; i < siblings; ++i) {
    Sibling sibling{.dot = {arbitrary_actor(), arbitrary_counter()}, .tombstone = *rc::gen::arbitrary<bool>()};
    if (object.find(sibling.dot) != nullptr) continue;
    sibling.flags = *rc::gen::arbitrary<std::uint32_t>();
    sibling.hlc = *rc::gen::arbitrary<std::uint64_t>();
    sibling.request = *rc::gen::arbitrary<std::uint64_t>();
    if (!sibling.tombstone) sibling.value = *rc::gen::arbitrary<Bytes>();
    object.siblings.push_back(std::move(sibling));
  }
  std::ranges::sort(object.siblings, {}, &Sibling::dot);
  object.context = arbitrary_vector();
  return object;
}

PartitionState arbitrary_state() {
  Seen seen = arbitrary_seen();
  const ActorId actor = arbitrary_actor();
  return {actor, seen.max(actor), seen};
}

Bytes damaged(Bytes bytes) {
  const auto changes = *rc::gen::inRange(0, 3);
  for (int i = 0; i < changes && !bytes.empty(); ++i) {
    char& byte = bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())];
    byte = *rc::gen::oneOf(rc::gen::arbitrary<char>(), rc::gen::element<char>(0, 1, 2, 127, -128, -1),
                           rc::gen::just(static_cast<char>(byte + 1)));
  }
  const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size() + 1);
  switch (*rc::gen::inRange(0, 4)) {
    case 0: bytes.resize(at); break;
    case 1: bytes.insert(at, 1, *rc::gen::arbitrary<char>()); break;
    default: break;
  }
  return bytes;
}

/// decode∘encode is the identity, and whatever bytes decode takes are those that encode makes.
template <class T, class Arbitrary, class Decode>
bool has_one_encoding(Arbitrary arbitrary, Decode decode) {
  return rc::check([&] {
    const T value = arbitrary();
    const Bytes bytes = encode(value);
    const Result<T> back = decode(bytes);
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == value);
    RC_ASSERT(encode(*back) == bytes);
    const Bytes other = damaged(bytes);
    const Result<T> taken = decode(other);
    if (taken)
      RC_ASSERT(encode(*taken) == other);
    else
      RC_ASSERT(taken.error().code == ErrorCode::malformed);
  });
}

/// The bytes of a format version and what `write` adds.
template <class Write>
Bytes made(Write write) {
  ByteWriter out(64);
  out.byte(1);
  write(out);
  return std::move(out).take();
}

}  // namespace

TEST_CASE("a version vector has one encoding") {
  CHECK(has_one_encoding<VersionVector>(arbitrary_vector, decode_version_vector));
}

TEST_CASE("a dot set has one encoding") { CHECK(has_one_encoding<DotSet>(arbitrary_dot_set, decode_dot_set)); }

TEST_CASE("what was seen has one encoding") { CHECK(has_one_encoding<Seen>(arbitrary_seen, decode_seen)); }

TEST_CASE("an object has one encoding") { CHECK(has_one_encoding<Object>(arbitrary_object, decode_object)); }

TEST_CASE("a partition's state has one encoding") {
  CHECK(has_one_encoding<PartitionState>(arbitrary_state, decode_partition_state));
}

TEST_CASE("equal states are equal bytes, in whatever order they came about") {
  CHECK(rc::check([] {
    Model model = arbitrary_model();
    model.deliver_all();
    for (Model::Key key = 0; key < model.keys(); ++key)
      for (std::size_t a = 1; a < model.replicas(); ++a) {
        const Object x = model.object(0, key);
        const Object y = model.object(a, key);
        RC_ASSERT((x == y) == (encode(x) == encode(y)));
        RC_ASSERT(encode(join(x, y)) == encode(join(y, x)));
      }
  }));
}

TEST_CASE("every shortening of an object is malformed, and so is one byte more") {
  const Object object{.siblings = {{.dot = {{5}, 7}, .hlc = 1, .request = 2, .value = "value"}}, .context = {}};
  const Bytes bytes = encode(object);
  for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(decode_object(BytesView(bytes).substr(0, size)));
  CHECK_FALSE(decode_object(bytes + '\0'));
}

TEST_CASE("an object travels only with a context that covers its siblings") {
  Object object{.siblings = {{.dot = {{5}, 7}, .value = "value"}}, .context = {}};
  object.context.advance({{5}, 6});
  CHECK(decode_object(encode(object)).has_value());
  CHECK_FALSE(decode_filled_object(encode(object)));
  object.context.advance({{5}, 7});
  CHECK(decode_filled_object(encode(object)).has_value());
}

TEST_CASE("a vector with an unsorted, repeated or zero entry is malformed") {
  const auto vector = [](std::vector<Dot> entries) {
    return made([&](ByteWriter& out) {
      out.varint(entries.size());
      for (const Dot& entry : entries) {
        out.fixed64(entry.actor.value);
        out.varint(entry.n);
      }
    });
  };
  CHECK(decode_version_vector(vector({{{1}, 1}, {{2}, counter_max}})).has_value());
  CHECK_FALSE(decode_version_vector(vector({{{2}, 1}, {{1}, 1}})));
  CHECK_FALSE(decode_version_vector(vector({{{1}, 1}, {{1}, 1}})));
  CHECK_FALSE(decode_version_vector(vector({{{1}, 0}})));
  CHECK_FALSE(decode_version_vector(vector({{{0}, 1}})));
  CHECK_FALSE(decode_version_vector(vector({{{1}, counter_max + 1}})));
}

TEST_CASE("an object with unsorted or repeated siblings is malformed") {
  const auto object = [](Dot first, Dot second) {
    return encode(Object{.siblings = {{.dot = first, .value = "a"}, {.dot = second, .value = "b"}}, .context = {}});
  };
  CHECK(decode_object(object({{1}, 1}, {{1}, 2})).has_value());
  CHECK_FALSE(decode_object(object({{1}, 2}, {{1}, 1})));
  CHECK_FALSE(decode_object(object({{2}, 1}, {{1}, 2})));
  CHECK_FALSE(decode_object(object({{1}, 1}, {{1}, 1})));
}

TEST_CASE("what was seen of nobody, or of an actor nothing, is malformed") {
  const auto seen = [](std::uint64_t actor, std::uint64_t base) {
    return made([=](ByteWriter& out) {
      out.varint(1);
      out.fixed64(actor);
      out.varint(base);
      out.varint(0);
    });
  };
  CHECK(decode_seen(seen(1, 1)).has_value());
  CHECK_FALSE(decode_seen(seen(1, 0)));
  CHECK_FALSE(decode_seen(seen(0, 1)));
}

TEST_CASE("counters beyond the last there is are malformed") {
  const auto set = [](std::uint64_t base, std::uint64_t skip, std::uint64_t more) {
    return made([=](ByteWriter& out) {
      out.varint(base);
      out.varint(1);
      out.varint(skip);
      out.varint(more);
    });
  };
  CHECK(decode_dot_set(encode(DotSet(counter_max, {}))).has_value());
  CHECK_FALSE(decode_dot_set(encode(DotSet(counter_max + 1, {}))));
  CHECK(decode_dot_set(set(counter_max - 3, 0, 1)).has_value());
  CHECK_FALSE(decode_dot_set(set(counter_max - 3, 0, 2)));
  CHECK_FALSE(decode_dot_set(set(counter_max - 3, 2, 0)));
  CHECK_FALSE(decode_dot_set(set(0, UINT64_MAX, UINT64_MAX)));
}

TEST_CASE("a number longer than it need be is malformed") {
  CHECK(decode_dot_set(BytesView("\1\5\0", 3)).has_value());
  CHECK_FALSE(decode_dot_set(BytesView("\1\x85\0\0", 4)));
}

TEST_CASE("a length that the bytes cannot hold costs nothing") {
  const Bytes bomb = made([](ByteWriter& out) { out.varint(UINT64_MAX); });
  CHECK_FALSE(decode_version_vector(bomb));
  CHECK_FALSE(decode_seen(bomb));
  CHECK_FALSE(decode_object(made([](ByteWriter& out) {
    out.varint(0);
    out.varint(1'000'000'000);
  })));
}

TEST_CASE("few bytes that stand for very many dots are bounded in what they may cost") {
  // Every set of these is fine by itself: all dots but the first.
  const auto nearly_all = [](std::uint64_t actors) {
    return made([actors](ByteWriter& out) {
      out.varint(actors);
      for (std::uint64_t actor = 1; actor <= actors; ++actor) {
        out.fixed64(actor);
        out.varint(0);
        out.varint(1);
        out.varint(0);
        out.varint(counter_max - 2);
      }
    });
  };
  CHECK(decode_seen(nearly_all(1)).has_value());
  CHECK_FALSE(decode_seen(nearly_all(2)));
}

TEST_CASE("many small gaps are no reason to refuse a set") {
  DotSet dots;
  for (std::uint64_t n = 2; n < 140'000; n += 2) dots.add(n);
  const auto back = decode_dot_set(encode(dots));
  REQUIRE(back.has_value());
  CHECK(*back == dots);
}

TEST_CASE("a state whose actor has issued what was not seen is malformed") {
  const auto state = [](std::uint64_t actor, std::uint64_t base, std::uint64_t runs) {
    return made([=](ByteWriter& out) {
      out.fixed64(actor);
      out.varint(1);
      out.fixed64(9);
      out.varint(base);
      out.varint(runs);
      for (std::uint64_t i = 0; i < 2 * runs; ++i) out.varint(0);
    });
  };
  CHECK(decode_partition_state(state(9, 3, 0)).has_value());
  CHECK(decode_partition_state(state(0, 3, 1)).has_value());
  CHECK_FALSE(decode_partition_state(state(8, 3, 0)));
  CHECK_FALSE(decode_partition_state(state(9, 3, 1)));
}
