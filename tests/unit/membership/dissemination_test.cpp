#include "membership/dissemination.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace starling;
using membership::Dissemination;
using membership::Fit;

namespace {

std::vector<std::uint64_t> take(Dissemination& news, std::size_t count, std::uint32_t sends_max = 100) {
  std::vector<std::uint64_t> taken;
  news.offer(sends_max, [&](NodeId node) {
    if (taken.size() == count) return Fit::full;
    taken.push_back(node.value);
    return Fit::taken;
  });
  return taken;
}

}  // namespace

TEST_CASE("what was passed on least goes first, and among equals the newest") {
  Dissemination news;
  for (std::uint64_t node = 1; node <= 3; ++node) news.enqueue(NodeId{node});
  CHECK(take(news, 1) == std::vector<std::uint64_t>{3});
  CHECK(take(news, 3) == std::vector<std::uint64_t>{2, 1, 3});
  news.enqueue(NodeId{4});
  CHECK(take(news, 2) == std::vector<std::uint64_t>{4, 2});
}

TEST_CASE("news goes after its number of sends, however often it is offered") {
  Dissemination news;
  news.enqueue(NodeId{1});
  for (int i = 0; i < 3; ++i) CHECK(take(news, 1, 3).size() == 1);
  CHECK(news.empty());
  CHECK(take(news, 1, 3).empty());
}

TEST_CASE("newer news of the same member replaces the older and starts from the beginning") {
  Dissemination news;
  news.enqueue(NodeId{1});
  take(news, 1, 3);
  take(news, 1, 3);
  news.enqueue(NodeId{1});
  CHECK(news.size() == 1);
  for (int i = 0; i < 3; ++i) CHECK(take(news, 1, 3).size() == 1);
  CHECK_FALSE(news.holds(NodeId{1}));
}

TEST_CASE("what does not fit is not counted as sent, and smaller news behind it still goes") {
  Dissemination news;
  for (std::uint64_t node = 1; node <= 3; ++node) news.enqueue(NodeId{node});
  std::vector<std::uint64_t> taken;
  news.offer(1, [&](NodeId node) {
    if (node == NodeId{3}) return Fit::passed_over;
    taken.push_back(node.value);
    return Fit::taken;
  });
  CHECK(taken == std::vector<std::uint64_t>{2, 1});
  CHECK(news.holds(NodeId{3}));
  CHECK(news.size() == 1);
}

TEST_CASE("the number of sends grows with the logarithm of the cluster") {
  CHECK(membership::sends_max(4, 1) == 4);
  CHECK(membership::sends_max(4, 9) == 4);
  CHECK(membership::sends_max(4, 10) == 8);
  CHECK(membership::sends_max(4, 99) == 8);
  CHECK(membership::sends_max(4, 100) == 12);
  CHECK(membership::sends_max(2, 1000) == 8);
}
