#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "wire/codec.hpp"

using namespace starling;

namespace {

/// Which alternatives of a variant the files of a corpus decode to.
template <class Decode>
std::set<std::size_t> kinds_in(const char* corpus, Decode decode) {
  const char* root = std::getenv("CORPUS");
  REQUIRE(root != nullptr);
  std::set<std::size_t> kinds;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(root) / corpus)) {
    std::ifstream file(entry.path(), std::ios::binary);
    if (const auto decoded = decode(Bytes{std::istreambuf_iterator<char>(file), {}})) kinds.insert(decoded->index());
  }
  return kinds;
}

}  // namespace

TEST_CASE("the fuzzers begin with a message of every kind") {
  // Fewer after a new kind of message: tools/fuzz message node --seed --keep
  CHECK(kinds_in("message", wire::decode_message).size() == std::variant_size_v<wire::Message>);
}
