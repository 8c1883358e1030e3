#include "base/slot_table.hpp"

#include <doctest/doctest.h>

#include <string>

using starling::SlotTable;

TEST_CASE("what is put in is found by its number until it is erased") {
  SlotTable<std::string> table(7);
  const auto a = table.insert("a");
  const auto b = table.insert("b");
  REQUIRE(table.find(a));
  CHECK(*table.find(a) == "a");
  CHECK(*table.find(b) == "b");
  CHECK(table.size() == 2);
  table.erase(a);
  CHECK(table.find(a) == nullptr);
  CHECK(*table.find(b) == "b");
  CHECK(table.size() == 1);
}

TEST_CASE("a slot is used again, its number is not") {
  SlotTable<int> table(7);
  const auto first = table.insert(1);
  table.erase(first);
  const auto second = table.insert(2);
  CHECK(SlotTable<int>::slot_of(first) == SlotTable<int>::slot_of(second));
  CHECK(first != second);
  CHECK(table.find(first) == nullptr);
  CHECK(*table.find(second) == 2);
  CHECK(table.slots() == 1);
}

TEST_CASE("a renumbered thing no longer answers to its old number") {
  SlotTable<int> table(7);
  const auto before = table.insert(1);
  const auto after = table.renumber(before);
  CHECK(table.find(before) == nullptr);
  REQUIRE(table.find(after));
  CHECK(*table.find(after) == 1);
  CHECK(table.in_slot(SlotTable<int>::slot_of(after)) == after);
}

TEST_CASE("numbers of another start are strangers") {
  SlotTable<int> old_boot(0x1234'5678'9abc'def0);
  SlotTable<int> new_boot(0xfedc'ba98'7654'3210);
  const auto number = old_boot.insert(1);
  new_boot.insert(1);
  CHECK(new_boot.find(number) == nullptr);
  CHECK(new_boot.find(0) == nullptr);
  CHECK(new_boot.find(~0ULL) == nullptr);
}
