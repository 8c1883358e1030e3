#include "transfer/give_way.hpp"

#include <doctest/doctest.h>

using namespace starling;
using transfer::GiveWay;

TEST_CASE("a transfer that has the disk for itself does not wait") {
  GiveWay give_way;
  for (const int rows : {100, 400, 50}) CHECK(give_way.after(rows * 10us, rows) == Duration::zero());
}

TEST_CASE("a transfer waits the longer the more others want the disk, but never for ever") {
  GiveWay give_way;
  CHECK(give_way.after(1ms, 100) == Duration::zero());
  const Duration shared = give_way.after(5ms, 100);
  const Duration crowded = give_way.after(9ms, 100);
  CHECK(shared > Duration::zero());
  CHECK(crowded > shared);
  CHECK(give_way.after(1min, 100) <= 200ms);
}

TEST_CASE("a disk that has become slower for good is no reason to wait for ever") {
  GiveWay give_way;
  CHECK(give_way.after(1ms, 100) == Duration::zero());
  Duration wait{};
  for (int page = 0; page < 500; ++page) wait = give_way.after(10ms, 100);
  CHECK(wait == Duration::zero());
}

TEST_CASE("a page without rows costs nothing") {
  GiveWay give_way;
  CHECK(give_way.after(Duration::zero(), 0) == Duration::zero());
}
