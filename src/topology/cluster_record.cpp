#include "topology/cluster_record.hpp"

#include <algorithm>
#include <array>

namespace starling::topology {

namespace {

constexpr std::size_t head_bytes = 8 + 16 + 8;
constexpr std::size_t contact_bytes = 8 + 16 + 2;

void put_int(std::uint64_t value, int bytes, Bytes& out) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

/// Cuts a big-endian integer from the front.
std::uint64_t take_int(BytesView& from, std::size_t bytes) {
  std::uint64_t value = 0;
  for (char byte : from.substr(0, bytes)) value = value << 8 | static_cast<std::uint8_t>(byte);
  from.remove_prefix(bytes);
  return value;
}

template <std::size_t size>
void take_array(BytesView& from, std::array<std::uint8_t, size>& into) {
  std::copy_n(from.begin(), size, into.begin());
  from.remove_prefix(size);
}

}  // namespace

Bytes encode(const ClusterRecord& record) {
  Bytes out;
  put_int(record.cluster.value, 8, out);
  out.append(record.secret.begin(), record.secret.end());
  put_int(record.founder.value, 8, out);
  for (const auto& contact : record.contacts) {
    put_int(contact.node.value, 8, out);
    out.append(contact.peer.ip.begin(), contact.peer.ip.end());
    put_int(contact.peer.port, 2, out);
  }
  return out;
}

Result<ClusterRecord> decode_cluster_record(BytesView bytes) {
  if (bytes.size() < head_bytes || (bytes.size() - head_bytes) % contact_bytes != 0)
    return fail(ErrorCode::malformed, "the record of the cluster is cut short");
  ClusterRecord record;
  record.cluster = {take_int(bytes, 8)};
  take_array(bytes, record.secret);
  record.founder = {take_int(bytes, 8)};
  while (!bytes.empty()) {
    auto& contact = record.contacts.emplace_back();
    contact.node = {take_int(bytes, 8)};
    take_array(bytes, contact.peer.ip);
    contact.peer.port = static_cast<std::uint16_t>(take_int(bytes, 2));
    if (!contact.peer && contact.peer != Address{})
      return fail(ErrorCode::malformed, "the record of the cluster has an address without a port");
  }
  if (!record.cluster) return fail(ErrorCode::malformed, "the record of the cluster names none");
  return record;
}

}  // namespace starling::topology
