#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include <msgpack.hpp>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace starling::wire {

/// A typed look at one decoded MessagePack value. str and bin are equal. Views point into the
/// bytes the Document was made from. Every accessor is empty for another type.
class Value {
 public:
  Value() = default;
  explicit Value(const msgpack::object* object) : object_(object) {}

  bool is_nil() const;
  std::optional<bool> as_bool() const;
  std::optional<std::uint64_t> as_uint() const;
  std::optional<BytesView> as_bytes() const;
  bool is_array() const;
  bool is_map() const;
  /// Items of an array, entries of a map, else 0.
  std::size_t size() const;
  Value item(std::size_t i) const;                     ///< of an array
  std::pair<Value, Value> entry(std::size_t i) const;  ///< of a map
  /// The value of a str/bin key; nothing for an absent one, for `[]`, or for what is no map.
  std::optional<Value> find(BytesView key) const;

 private:
  const msgpack::object* object_ = nullptr;
};

/// One whole value, scanned and decoded. `malformed` for what MsgpackScan refuses, for trailing
/// bytes, and for duplicate keys in a map. No exception leaves.
class Document {
 public:
  static Result<Document> parse(BytesView bytes, std::uint32_t depth_max = 8);
  Value root() const { return Value(&handle_->get()); }

 private:
  explicit Document(std::unique_ptr<msgpack::object_handle> handle) : handle_(std::move(handle)) {}
  std::unique_ptr<msgpack::object_handle> handle_;
};

/// Packs into a growing byte string (appends).
class BytesSink {
 public:
  explicit BytesSink(Bytes& out) : out_(out) {}
  void write(const char* data, std::size_t size) { out_.append(data, size); }

 private:
  Bytes& out_;
};
using Packer = msgpack::packer<BytesSink>;

inline void pack_bin(Packer& packer, BytesView bytes) {
  packer.pack_bin(static_cast<std::uint32_t>(bytes.size()));
  packer.pack_bin_body(bytes.data(), static_cast<std::uint32_t>(bytes.size()));
}
inline void pack_str(Packer& packer, BytesView text) {
  packer.pack_str(static_cast<std::uint32_t>(text.size()));
  packer.pack_str_body(text.data(), static_cast<std::uint32_t>(text.size()));
}

}  // namespace starling::wire
