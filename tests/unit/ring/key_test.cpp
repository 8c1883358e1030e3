#include "ring/key.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/hash.hpp"

using namespace starling;
using namespace starling::ring;

namespace {

bool refused(const Result<Key>& key, ErrorCode code) { return !key && key.error().code == code; }

}  // namespace

TEST_CASE("a key is bucket, zero, key, and its token their hash") {
  const auto key = Key::make("bucket", "key");
  REQUIRE(key.has_value());
  CHECK(key->bytes == Bytes("bucket\0key", 10));
  CHECK(key->token.value == hash64(key->bytes));
  CHECK(key->bucket() == "bucket");
  CHECK(key->key() == "key");
}

TEST_CASE("a key may hold zero bytes, and the bucket may be empty") {
  const auto key = Key::make("", BytesView("\0a\0", 3));
  REQUIRE(key.has_value());
  CHECK(key->bucket().empty());
  CHECK(key->key() == BytesView("\0a\0", 3));
}

TEST_CASE("keys and buckets have bounds, which the refusal names") {
  CHECK(Key::make("", Bytes(key_bytes_max, 'k')).has_value());
  CHECK(Key::make(Bytes(bucket_bytes_max, 'b'), "k").has_value());
  CHECK(refused(Key::make("b", ""), ErrorCode::invalid));
  CHECK(refused(Key::make("", Bytes(key_bytes_max + 1, 'k')), ErrorCode::invalid));
  CHECK(refused(Key::make(Bytes(bucket_bytes_max + 1, 'b'), "k"), ErrorCode::invalid));
  CHECK(refused(Key::make(BytesView("a\0b", 3), "k"), ErrorCode::invalid));
  CHECK(Key::make("", Bytes(key_bytes_max + 1, 'k')).error().message.find("4096") != std::string::npos);
}

TEST_CASE("joined bytes are taken exactly when they could have been made") {
  CHECK(rc::check([] {
    const Bytes bytes = *rc::gen::container<Bytes>(rc::gen::element('\0', 'a', 'b'));
    const std::size_t zero = bytes.find('\0');
    const bool good = zero != Bytes::npos && zero <= bucket_bytes_max && zero + 1 < bytes.size() &&
                      bytes.size() - zero - 1 <= key_bytes_max;
    const auto key = Key::from_bytes(bytes);
    RC_ASSERT(key.has_value() == good);
    if (key)
      RC_ASSERT(*key == *Key::make(key->bucket(), key->key()));
    else
      RC_ASSERT(key.error().code == ErrorCode::malformed);
  }));
  CHECK(Key::from_bytes(Bytes("b\0k", 3)).has_value());
  CHECK(refused(Key::from_bytes(Bytes("b\0", 2)), ErrorCode::malformed));
}

TEST_CASE("keys are ordered by token, then by their bytes") {
  const Key low{.bytes = "z", .token = {1}};
  const Key high{.bytes = "a", .token = {2}};
  CHECK(low < high);
  CHECK(Key{.bytes = "a", .token = {2}} < Key{.bytes = "b", .token = {2}});
}
