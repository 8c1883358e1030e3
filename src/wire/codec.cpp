#include "wire/codec.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.hpp"
#include "wire/read.hpp"
#include "wire/write.hpp"

namespace starling::wire {

namespace {

constexpr std::size_t v4_mapped_at = 12;

bool is_v4_mapped(const Address& address) {
  return std::all_of(address.ip.begin(), address.ip.begin() + 10, [](auto byte) { return byte == 0; }) &&
         address.ip[10] == 0xff && address.ip[11] == 0xff;
}

template <class T>
void append(const T& value, Bytes& out) {
  BytesSink sink(out);
  Packer packer(sink);
  write(packer, value);
}

template <class T>
Result<T> decode(BytesView bytes, const char* what) {
  Reader reader(bytes);
  T value;
  read(reader, value);
  if (!reader.finished()) return fail(ErrorCode::malformed, fmt::format("{} bytes that are no {}", bytes.size(), what));
  return value;
}

Bytes seal_of(BytesView body) {
  const std::uint64_t hash = hash64(body);
  Bytes seal;
  for (std::size_t i = 0; i < datagram_seal_bytes; ++i) seal += static_cast<char>(hash >> (8 * i));
  return seal;
}

}  // namespace

void write(Packer& packer, const Address& address) {
  if (!address) return pack_bin(packer, {});
  const std::size_t from = is_v4_mapped(address) ? v4_mapped_at : 0;
  Bytes bytes(reinterpret_cast<const char*>(address.ip.data() + from), address.ip.size() - from);
  bytes += static_cast<char>(address.port >> 8);
  bytes += static_cast<char>(address.port & 0xff);
  pack_bin(packer, bytes);
}

void read(Reader& reader, Address& address) {
  const BytesView bytes = reader.bytes();
  address = {};
  if (bytes.empty()) return;
  if (bytes.size() != 6 && bytes.size() != 18) return reader.fail();
  const std::size_t ip_size = bytes.size() - 2;
  if (ip_size == 4) address.ip[10] = address.ip[11] = 0xff;
  std::ranges::copy(bytes.substr(0, ip_size), address.ip.end() - static_cast<std::ptrdiff_t>(ip_size));
  address.port = detail::load_big_endian<std::uint16_t>(bytes.data() + ip_size);
  if (!address) reader.fail();  // no address is empty bytes, and nothing else
}

void encode(const Message& message, Bytes& out) { append(message, out); }
Result<Message> decode_message(BytesView bytes) { return decode<Message>(bytes, "message between nodes"); }

Bytes encode(const Datagram& datagram) {
  Bytes out;
  append(datagram, out);
  seal_datagram(out);
  return out;
}
Result<Datagram> decode_datagram(BytesView bytes) {
  if (bytes.size() > datagram_bytes_max)
    return fail(ErrorCode::malformed, fmt::format("a datagram has at most {} bytes", datagram_bytes_max));
  const BytesView body = bytes.substr(0, bytes.size() - std::min(bytes.size(), datagram_seal_bytes));
  if (bytes.substr(body.size()) != seal_of(body))
    return fail(ErrorCode::malformed, fmt::format("{} bytes that were damaged, or are no datagram", bytes.size()));
  return decode<Datagram>(body, "datagram");
}
void seal_datagram(Bytes& bytes) { bytes += seal_of(bytes); }

Bytes encode(const MemberUpdate& update) {
  Bytes out;
  append(update, out);
  return out;
}
Result<MemberUpdate> decode_member_update(BytesView bytes) { return decode<MemberUpdate>(bytes, "member update"); }
std::size_t encoded_size(const MemberUpdate& update) { return encode(update).size(); }

}  // namespace starling::wire
