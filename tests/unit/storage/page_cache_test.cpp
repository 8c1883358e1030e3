#include "storage/sqlite/page_cache.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "base/random.hpp"
#include "storage/sqlite/sqlite_engine.hpp"
#include "support/temp_directory.hpp"

namespace starling::storage {
namespace {

using Create = PageCache::Create;

void write(PageCache::Page* page, unsigned value) { std::memcpy(page->view.pBuf, &value, sizeof value); }
unsigned read(const PageCache::Page* page) {
  unsigned value = 0;
  std::memcpy(&value, page->view.pBuf, sizeof value);
  return value;
}

TEST_CASE("pinned pages are never taken away, and beyond the capacity only at all costs") {
  PageCache cache(512, 100);
  cache.set_capacity(10);
  for (unsigned key = 1; key <= 10; ++key) write(cache.fetch(key, Create::if_easy), key);
  CHECK(cache.fetch(11, Create::if_easy) == nullptr);
  CHECK(cache.fetch(11, Create::at_all_costs) != nullptr);
  CHECK(cache.count() == 11);
  for (unsigned key = 1; key <= 10; ++key) CHECK(read(cache.fetch(key, Create::no)) == key);
}

TEST_CASE("a page used since the clock came by outlives one that was not") {
  PageCache cache(512, 100);
  cache.set_capacity(3);
  for (unsigned key = 1; key <= 3; ++key) cache.unpin(cache.fetch(key, Create::if_easy), false);
  cache.unpin(cache.fetch(4, Create::if_easy), false);  // The clock went round once, and took 1.
  cache.unpin(cache.fetch(2, Create::no), false);
  cache.unpin(cache.fetch(5, Create::if_easy), false);
  CHECK(cache.fetch(1, Create::no) == nullptr);
  CHECK(cache.fetch(2, Create::no) != nullptr);
  CHECK(cache.fetch(3, Create::no) == nullptr);
}

TEST_CASE("a new page says that it is new, also in a used slot") {
  PageCache cache(512, 100);
  cache.set_capacity(1);
  auto* page = cache.fetch(1, Create::if_easy);
  std::memset(page->view.pExtra, 0xff, 100);
  cache.unpin(page, false);
  page = cache.fetch(2, Create::if_easy);
  void* first = page;
  std::memcpy(&first, page->view.pExtra, sizeof first);
  CHECK(first == nullptr);
}

TEST_CASE("a cache of many huge pages keeps what each of its pages holds") {
  constexpr std::size_t page_bytes = 2048;
  constexpr std::size_t extra_bytes = 136;
  PageCache cache(page_bytes, extra_bytes);
  constexpr unsigned pages = 4 * (2U << 20) / page_bytes;
  cache.set_capacity(pages);
  for (unsigned key = 1; key <= pages; ++key) {
    PageCache::Page* page = cache.fetch(key, Create::at_all_costs);
    std::memset(page->view.pBuf, static_cast<int>(key % 251), page_bytes);
    std::memset(page->view.pExtra, static_cast<int>(key % 241), extra_bytes);
    cache.unpin(page, false);
  }
  for (unsigned key = 1; key <= pages; ++key) {
    const PageCache::Page* page = cache.fetch(key, Create::no);
    REQUIRE(page != nullptr);
    const auto* bytes = static_cast<const unsigned char*>(page->view.pBuf);
    const auto* extra = static_cast<const unsigned char*>(page->view.pExtra);
    REQUIRE(std::all_of(bytes, bytes + page_bytes, [&](unsigned char byte) { return byte == key % 251; }));
    REQUIRE(std::all_of(extra, extra + extra_bytes, [&](unsigned char byte) { return byte == key % 241; }));
  }
}

TEST_CASE("any history leaves the pages that a map would hold") {
  rc::check([] {
    PageCache cache(512, 100);
    cache.set_capacity(1000);
    std::map<unsigned, unsigned> model;
    unsigned stamp = 0;
    const auto any_key = [] {
      return *rc::gen::oneOf(rc::gen::inRange(1U, 40U), rc::gen::inRange(100'000U, 100'020U));
    };
    const auto steps = *rc::gen::inRange(0, 300);
    for (int step = 0; step < steps; ++step) {
      const unsigned key = any_key();
      switch (*rc::gen::inRange(0, 8)) {
        case 0: {
          const unsigned limit = any_key();
          cache.truncate(limit);
          model.erase(model.lower_bound(limit), model.end());
          break;
        }
        case 1:
          if (model.contains(key)) {
            const unsigned to = any_key();
            auto* page = cache.fetch(key, Create::no);
            cache.rekey(page, to);
            cache.unpin(page, false);
            const unsigned value = model[key];
            model.erase(key);
            model[to] = value;
          }
          break;
        case 2:
          if (model.erase(key) != 0) cache.unpin(cache.fetch(key, Create::no), true);
          break;
        default: {
          auto* page = cache.fetch(key, Create::if_easy);
          write(page, ++stamp);
          model[key] = stamp;
          cache.unpin(page, false);
        }
      }
      RC_ASSERT(cache.count() == model.size());
    }
    for (const auto& [key, value] : model) {
      auto* page = cache.fetch(key, Create::no);
      RC_ASSERT(page != nullptr);
      RC_ASSERT(read(page) == value);
    }
  });
}

TEST_CASE("a database far larger than its cache keeps every row") {
  test::TempDirectory place;
  const auto opened =
      SqliteEngine::open({.directory = place.path(), .durability = Durability::normal, .cache_bytes = 256 << 10});
  REQUIRE(opened.has_value());
  Engine& engine = **opened;
  Random random(5);
  std::map<std::uint64_t, Bytes> model;
  for (int batch = 0; batch < 100; ++batch) {
    REQUIRE(engine.begin().has_value());
    for (int i = 0; i < 100; ++i) {
      const std::uint64_t token = random.next() >> 50 << 50;
      const Bytes row(1 + random.below(2000), static_cast<char>(random.next()));
      const ring::Key key{.bytes = "k", .token = Token{token}};
      REQUIRE((model.contains(token) ? engine.update(key, row) : engine.insert(key, row)).has_value());
      model[token] = row;
    }
    REQUIRE(engine.commit().has_value());
    REQUIRE(engine.maintain(Engine::Pace::busy).has_value());
  }
  CHECK(engine.check().has_value());
  auto expected = model.begin();
  const auto scanned = engine.scan({}, Token{~std::uint64_t{0}}, [&](Token token, BytesView, BytesView row) {
    CHECK(token.value == expected->first);
    CHECK(row == expected->second);
    ++expected;
    return Engine::Visit::go_on;
  });
  CHECK(scanned.has_value());
  CHECK(expected == model.end());
}

}  // namespace
}  // namespace starling::storage
