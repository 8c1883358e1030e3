#pragma once

#include <cstdint>

#include <msgpack.hpp>

#include "base/bytes.hpp"
#include "base/ensure.hpp"

namespace starling::wire {

/// Lets msgpack-c pack into a growing byte string: it appends, whatever is there already.
class BytesSink {
 public:
  explicit BytesSink(Bytes& out) : out_(out) {}
  void write(const char* data, std::size_t size) { out_.append(data, size); }

 private:
  Bytes& out_;
};
using Packer = msgpack::packer<BytesSink>;

inline void pack_bin(Packer& packer, BytesView bytes) {
  ensure(bytes.size() <= UINT32_MAX, "a MessagePack bin has at most 2^32 - 1 bytes");
  packer.pack_bin(static_cast<std::uint32_t>(bytes.size()));
  packer.pack_bin_body(bytes.data(), static_cast<std::uint32_t>(bytes.size()));
}

inline void pack_str(Packer& packer, BytesView text) {
  ensure(text.size() <= UINT32_MAX, "a MessagePack str has at most 2^32 - 1 bytes");
  packer.pack_str(static_cast<std::uint32_t>(text.size()));
  packer.pack_str_body(text.data(), static_cast<std::uint32_t>(text.size()));
}

}  // namespace starling::wire
