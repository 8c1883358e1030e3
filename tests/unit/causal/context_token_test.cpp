#include "causal/context_token.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace starling;
using namespace starling::causal;

namespace {

constexpr Secret secret{1, 2, 3};
constexpr Token key{77};

VersionVector some_context() {
  VersionVector context;
  context.advance({{5}, 6});
  context.advance({{7}, 8});
  return context;
}

bool refused(const Result<VersionVector>& opened) { return !opened && opened.error().code == ErrorCode::bad_context; }

}  // namespace

TEST_CASE("a context comes back as it was given out") {
  const auto opened = open_context(secret, key, seal_context(secret, key, some_context()));
  REQUIRE(opened.has_value());
  CHECK(*opened == some_context());
}

TEST_CASE("no context is the context of one who has seen nothing") {
  CHECK(open_context(secret, key, "")->empty());
}

TEST_CASE("who has read that there is nothing has a context all the same") {
  const Bytes token = seal_context(secret, key, {});
  CHECK_FALSE(token.empty());
  CHECK(open_context(secret, key, token)->empty());
  CHECK(refused(open_context(secret, Token{78}, token)));
}

TEST_CASE("a context of another key or another cluster is refused") {
  const Bytes token = seal_context(secret, key, some_context());
  CHECK(refused(open_context(secret, Token{78}, token)));
  CHECK(refused(open_context(Secret{1, 2, 4}, key, token)));
}

TEST_CASE("a context with any change at all is refused") {
  const Bytes token = seal_context(secret, key, some_context());
  for (std::size_t i = 0; i < token.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      Bytes forged = token;
      forged[i] = static_cast<char>(forged[i] ^ (1 << bit));
      CHECK(refused(open_context(secret, key, forged)));
    }
  for (std::size_t size = 1; size < token.size(); ++size)
    CHECK(refused(open_context(secret, key, BytesView(token).substr(0, size))));
  CHECK(refused(open_context(secret, key, token + '\0')));
}

TEST_CASE("a context that is too long is refused unread") {
  VersionVector huge;
  for (std::uint64_t actor = 1; actor <= context_bytes_max / 9 + 1; ++actor) huge.advance({{actor}, 1});
  CHECK(refused(open_context(secret, key, seal_context(secret, key, huge))));
}

TEST_CASE("whatever bytes a client makes up are refused") {
  CHECK(rc::check([](const Bytes& bytes) { RC_ASSERT(bytes.empty() || refused(open_context(secret, key, bytes))); }));
}
