#include "cli/base64.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace starling::cli {
namespace {

TEST_CASE("base64 is that of RFC 4648") {
  CHECK(to_base64("") == "");
  CHECK(to_base64("f") == "Zg==");
  CHECK(to_base64("fo") == "Zm8=");
  CHECK(to_base64("foo") == "Zm9v");
  CHECK(to_base64("foobar") == "Zm9vYmFy");
}

TEST_CASE("what was encoded is decoded again") {
  CHECK(rc::check([](const std::string& bytes) { RC_ASSERT(from_base64(to_base64(bytes)) == bytes); }));
}

TEST_CASE("what is not base64 is refused") {
  for (const char* text : {"Zg", "Zg=", "Zm9v!", "Z===", "Zm 9v", "=AAA"}) CHECK_FALSE(from_base64(text));
}

}  // namespace
}  // namespace starling::cli
