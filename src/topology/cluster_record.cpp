#include "topology/cluster_record.hpp"

#include <algorithm>

namespace starling::topology {

namespace {

constexpr std::size_t record_bytes = 8 + 16 + 8;

void put_u64(std::uint64_t value, Bytes& out) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

std::uint64_t get_u64(BytesView bytes) {
  std::uint64_t value = 0;
  for (char byte : bytes.substr(0, 8)) value = value << 8 | static_cast<std::uint8_t>(byte);
  return value;
}

}  // namespace

Bytes encode(const ClusterRecord& record) {
  Bytes out;
  put_u64(record.cluster.value, out);
  out.append(record.secret.begin(), record.secret.end());
  put_u64(record.founder.value, out);
  return out;
}

Result<ClusterRecord> decode_cluster_record(BytesView bytes) {
  if (bytes.size() != record_bytes) return fail(ErrorCode::malformed, "the record of the cluster is cut short");
  ClusterRecord record{.cluster = {get_u64(bytes)}, .founder = {get_u64(bytes.substr(24))}};
  std::copy_n(bytes.begin() + 8, record.secret.size(), record.secret.begin());
  if (!record.cluster) return fail(ErrorCode::malformed, "the record of the cluster names none");
  return record;
}

}  // namespace starling::topology
