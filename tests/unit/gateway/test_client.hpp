#pragma once

#include <concepts>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/session.hpp"
#include "wire/msgpack_packer.hpp"

/// The client's end of a Session: packs what is sent, and shows what comes back as readable text,
/// with msgpack-c's own reader.
namespace starling::gateway {

/// Bytes that are packed already.
struct Packed {
  Bytes bytes;
};

inline void pack_one(Bytes& out, const Packed& value) { out += value.bytes; }
inline void pack_one(Bytes& out, std::string_view text) {
  wire::BytesSink sink(out);
  wire::Packer packer(sink);
  wire::pack_str(packer, text);
}
template <class T>
  requires std::integral<T>
void pack_one(Bytes& out, T value) {
  wire::BytesSink sink(out);
  wire::Packer packer(sink);
  packer.pack(value);
}

template <class... T>
Packed array(const T&... items) {
  Packed packed;
  wire::BytesSink sink(packed.bytes);
  wire::Packer(sink).pack_array(sizeof...(items));
  (pack_one(packed.bytes, items), ...);
  return packed;
}
/// Name, value, name, value, ...
template <class... T>
Packed map(const T&... entries) {
  Packed packed;
  wire::BytesSink sink(packed.bytes);
  wire::Packer(sink).pack_map(sizeof...(entries) / 2);
  (pack_one(packed.bytes, entries), ...);
  return packed;
}
inline Packed list(const std::vector<Packed>& items) {
  Packed packed;
  wire::BytesSink sink(packed.bytes);
  wire::Packer(sink).pack_array(static_cast<std::uint32_t>(items.size()));
  for (const Packed& item : items) packed.bytes += item.bytes;
  return packed;
}
inline Packed bin(std::string_view bytes) {
  Packed packed;
  wire::BytesSink sink(packed.bytes);
  wire::Packer packer(sink);
  wire::pack_bin(packer, bytes);
  return packed;
}
inline Packed nil() { return {"\xc0"}; }

inline Bytes request(std::uint64_t msgid, std::string_view method, const Packed& params) {
  return array(0, msgid, method, params).bytes;
}

/// As JSON, bin shown like str.
inline void show(std::ostream& out, const msgpack::object& value) {
  if (value.type == msgpack::type::BIN) {
    out << '"' << std::string_view(value.via.bin.ptr, value.via.bin.size) << '"';
  } else if (value.type == msgpack::type::ARRAY) {
    out << '[';
    for (std::uint32_t i = 0; i < value.via.array.size; ++i) {
      if (i > 0) out << ',';
      show(out, value.via.array.ptr[i]);
    }
    out << ']';
  } else if (value.type == msgpack::type::MAP) {
    out << '{';
    for (std::uint32_t i = 0; i < value.via.map.size; ++i) {
      if (i > 0) out << ',';
      show(out, value.via.map.ptr[i].key);
      out << ':';
      show(out, value.via.map.ptr[i].val);
    }
    out << '}';
  } else {
    out << value;
  }
}

struct TestClient {
  Session session;
  std::vector<Session::Asked> asked;

  explicit TestClient(const SessionLimits& limits = {}) : session(limits) {}

  void send(BytesView bytes) { session.feed(bytes, asked); }
  void call(std::uint64_t msgid, std::string_view method, const Packed& params) {
    send(request(msgid, method, params));
  }

  Bytes take_bytes() {
    Bytes bytes;
    session.take_output(bytes);
    session.wrote(bytes.size());
    return bytes;
  }
  /// Every response that has come, a line each.
  std::string answers() {
    const Bytes bytes = take_bytes();
    std::ostringstream text;
    for (std::size_t at = 0; at < bytes.size();) {
      if (at > 0) text << "\n";
      show(text, msgpack::unpack(bytes.data(), bytes.size(), at).get());
    }
    return text.str();
  }
  /// Sends one request and says what is answered at once.
  std::string answer_to(std::uint64_t msgid, std::string_view method, const Packed& params) {
    call(msgid, method, params);
    return answers();
  }
  /// The newest request for the node, as what it must be.
  template <class Request>
  const Request& newest() const {
    return std::get<Request>(asked.at(asked.size() - 1).request);
  }
  /// The node answers the oldest of its requests.
  std::string answer_with(port::ClientReply reply) {
    session.reply(asked.at(0).id, std::move(reply));
    asked.erase(asked.begin());
    return answers();
  }
};

}  // namespace starling::gateway
