#include "storage/seal.hpp"

#include <doctest/doctest.h>

namespace starling::storage {
namespace {

TEST_CASE("what was sealed comes back, and only at its own place") {
  Bytes bytes = "some bytes";
  seal(bytes, 7);
  CHECK(unseal(bytes, 7) == "some bytes");
  CHECK_FALSE(unseal(bytes, 8));
  CHECK_FALSE(unseal(bytes, std::uint64_t{7} | std::uint64_t{1} << 63));
}

TEST_CASE("every flipped bit and every cut is found") {
  Bytes sealed = "twelve bytes";
  seal(sealed, 1);
  for (std::size_t bit = 0; bit < 8 * sealed.size(); ++bit) {
    Bytes flipped = sealed;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    CHECK_FALSE(unseal(flipped, 1));
  }
  for (std::size_t size = 0; size < sealed.size(); ++size) CHECK_FALSE(unseal(BytesView(sealed).substr(0, size), 1));
}

}  // namespace
}  // namespace starling::storage
