#include "node/peer_book.hpp"

#include "wire/codec.hpp"

namespace starling::node {

Bytes encode_book(const std::vector<wire::MemberUpdate>& members) {
  Bytes out;
  for (const auto& member : members) {
    const Bytes bytes = wire::encode(member);
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(bytes.size() >> shift));
    out += bytes;
  }
  return out;
}

std::vector<wire::MemberUpdate> decode_book(BytesView bytes) {
  std::vector<wire::MemberUpdate> members;
  while (bytes.size() >= 4) {
    std::size_t size = 0;
    for (char byte : bytes.substr(0, 4)) size = size << 8 | static_cast<std::uint8_t>(byte);
    bytes.remove_prefix(4);
    if (size > bytes.size()) break;
    if (auto member = wire::decode_member_update(bytes.substr(0, size))) members.push_back(std::move(*member));
    bytes.remove_prefix(size);
  }
  return members;
}

}  // namespace starling::node
