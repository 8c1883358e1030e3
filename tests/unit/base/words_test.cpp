#include "base/words.hpp"

#include <doctest/doctest.h>

using namespace starling;

TEST_CASE("durations are told in one unit, rounded down") {
  CHECK(in_words(0s) == "0 s");
  CHECK(in_words(-5s) == "0 s");
  CHECK(in_words(119s) == "119 s");
  CHECK(in_words(120s) == "2 min");
  CHECK(in_words(119min) == "119 min");
  CHECK(in_words(3h + 59min) == "3 h");
  CHECK(in_words(72h) == "3 d");
}

TEST_CASE("sizes are told in powers of a thousand") {
  CHECK(bytes_in_words(0) == "0 B");
  CHECK(bytes_in_words(999) == "999 B");
  CHECK(bytes_in_words(1000) == "1.0 kB");
  CHECK(bytes_in_words(3449) == "3.4 kB");
  CHECK(bytes_in_words(20'000'000) == "20 MB");
  CHECK(bytes_in_words(UINT64_MAX) == "18 EB");
}
