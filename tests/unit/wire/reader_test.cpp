#include "wire/msgpack_reader.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "base/random.hpp"
#include "wire/msgpack_packer.hpp"

using namespace starling;
using namespace starling::wire;

namespace {

template <class Pack>
Bytes packed(Pack pack) {
  Bytes out;
  BytesSink sink(out);
  Packer packer(sink);
  pack(packer);
  return out;
}

}  // namespace

TEST_CASE("a natural number reads the same however it was packed") {
  for (const char* text : {"07", "cc07", "cd0007", "ce00000007", "cf0000000000000007", "d007", "d10007", "d200000007",
                           "d30000000000000007"}) {
    Bytes bytes;
    for (const char* at = text; *at != '\0'; at += 2)
      bytes += static_cast<char>(std::stoi(std::string(at, 2), nullptr, 16));
    Reader reader(bytes);
    CHECK(reader.natural() == 7);
    CHECK(reader.finished());
  }
}

TEST_CASE("numbers of every size are read as msgpack-c packs them") {
  Random random(1);
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t value = random.next() >> random.below(64);
    const Bytes bytes = packed([&](Packer& packer) { packer.pack_uint64(value); });
    Reader reader(bytes);
    CHECK(reader.natural() == value);
    CHECK(reader.finished());
    Reader bounded(bytes);
    bounded.natural(value - 1);
    CHECK(bounded.ok() == (value == 0));
  }
}

TEST_CASE("a negative number is no natural one") {
  for (std::int64_t value : {std::int64_t{-1}, std::int64_t{-33}, std::int64_t{-200}, std::int64_t{-70'000},
                             std::numeric_limits<std::int64_t>::min()}) {
    const Bytes bytes = packed([&](Packer& packer) { packer.pack_int64(value); });
    Reader reader(bytes);
    CHECK(reader.peek() == Kind::negative);
    CHECK(reader.natural() == 0);
    CHECK(!reader.ok());
  }
}

TEST_CASE("str and bin are equal, in every width") {
  for (std::size_t size : {0UL, 31UL, 32UL, 255UL, 256UL, 65'535UL, 65'536UL}) {
    const Bytes text(size, 'x');
    const Bytes as_str = packed([&](Packer& packer) { pack_str(packer, text); });
    const Bytes as_bin = packed([&](Packer& packer) { pack_bin(packer, text); });
    CHECK(Reader(as_str).bytes() == text);
    CHECK(Reader(as_bin).bytes() == text);
    Reader cut(BytesView(as_bin).substr(0, as_bin.size() - 1));
    CHECK(cut.bytes().empty());
    CHECK(!cut.ok());
  }
}

TEST_CASE("the first disappointment sticks") {
  Reader reader("\xc3\x07");
  CHECK(reader.natural() == 0);
  CHECK(!reader.ok());
  CHECK(!reader.boolean());
  CHECK(reader.natural() == 0);
  CHECK(reader.array() == 0);
  CHECK(reader.bytes().empty());
  CHECK(!reader.nil());
  CHECK(!reader.finished());
}

TEST_CASE("a container has no more items than the bytes that follow could hold") {
  CHECK(Reader("\x92\xc0\xc0").array() == 2);
  CHECK(Reader("\x93\xc0\xc0").array() == 0);
  CHECK(Reader("\x81\xc0\xc0").map() == 1);
  CHECK(Reader("\x82\xc0\xc0\xc0").map() == 0);
  CHECK(Reader("\xdd\xff\xff\xff\xff").array() == 0);
  CHECK(Reader("\xdf\xff\xff\xff\xff").map() == 0);
}

TEST_CASE("skip takes one whole value of any kind") {
  Reader reader("\x93\x01\x81\xa1k\x92\xc0\xc3\xcb\1\2\3\4\5\6\7\x08\x2a");
  CHECK(reader.skip().size() == 17);
  CHECK(reader.natural() == 42);
  CHECK(reader.finished());
  for (BytesView bad : {BytesView("\xc1"), BytesView("\x92\x01"), BytesView("\xd4\x01\x01"), BytesView("")}) {
    Reader broken(bad);
    CHECK(broken.skip().empty());
    CHECK(!broken.ok());
  }
}

TEST_CASE("five million nested arrays are skipped without a stack") {
  const Bytes bytes = Bytes(5'000'000, '\x91') + '\xc0';
  Reader reader(bytes);
  CHECK(reader.skip().size() == bytes.size());
  CHECK(reader.finished());
}
