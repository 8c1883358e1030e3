#include "storage/digest_cache.hpp"

#include <doctest/doctest.h>

#include <map>

#include "base/random.hpp"

using namespace starling;
using storage::DigestCache;

TEST_CASE("a digest that was kept is found, replaced and forgotten") {
  DigestCache cache(64);
  CHECK(cache.find(Token{5}) == 0);
  cache.keep(Token{5}, 7);
  CHECK(cache.find(Token{5}) == 7);
  cache.keep(Token{5}, 8);
  CHECK(cache.find(Token{5}) == 8);
  cache.keep(Token{5}, 0);
  CHECK(cache.find(Token{5}) == 0);
  cache.keep(Token{0}, 9);
  CHECK(cache.find(Token{0}) == 9);
  cache.clear();
  CHECK(cache.find(Token{0}) == 0);
}

TEST_CASE("where there is no room the one that was kept first gives way") {
  DigestCache cache(4);  // one group: every token goes there
  for (std::uint64_t i = 1; i <= 5; ++i) cache.keep(Token{i}, i);
  CHECK(cache.find(Token{1}) == 0);
  for (std::uint64_t i = 2; i <= 5; ++i) CHECK(cache.find(Token{i}) == i);
  cache.keep(Token{3}, 0);
  cache.keep(Token{6}, 6);  // takes the free place
  for (const std::uint64_t i : {2, 4, 5, 6}) CHECK(cache.find(Token{i}) == i);
}

TEST_CASE("whatever is found was kept last for that token") {
  DigestCache cache(256);
  Random random(3);
  std::map<std::uint64_t, std::uint64_t> kept;
  std::size_t found = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Token token{random.below(400)};
    kept[token.value] = random.below(3) == 0 ? 0 : random.next();
    cache.keep(token, kept[token.value]);
    const Token other{random.below(400)};
    const std::uint64_t digest = cache.find(other);
    found += digest != 0 ? 1 : 0;
    if (digest != 0) REQUIRE(digest == kept[other.value]);
  }
  CHECK(found > 5'000);
}
