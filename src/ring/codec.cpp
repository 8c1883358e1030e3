#include <algorithm>
#include <utility>

#include "base/byte_stream.hpp"
#include "ring/ring.hpp"

namespace starling::ring {

namespace {

constexpr std::uint8_t format_version = 1;
constexpr std::size_t member_bytes_min = 8 + 1 + 1;

std::vector<Member> read_members(ByteReader& in) {
  const std::size_t count = in.count(member_bytes_min);
  in.require(count <= members_max);
  std::vector<Member> members;
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    const NodeId id{in.fixed64()};
    const BytesView zone = in.sized_bytes();
    const std::uint64_t weight = in.varint();
    in.require(weight <= weight_max && (members.empty() || members.back().id < id));
    members.push_back({.id = id, .zone = std::string(zone), .weight = static_cast<std::uint32_t>(weight)});
  }
  return members;
}

/// Lists of places in the sorted members, all equally long.
std::vector<PreferenceList> read_assignment(ByteReader& in, const std::vector<Member>& members,
                                            std::uint64_t replicas) {
  const std::uint64_t length = std::min<std::uint64_t>(replicas, members.size());
  in.require(length != 0);
  if (in.failed()) return {};
  const std::size_t count = in.count(static_cast<std::size_t>(length));
  in.require(count <= partitions_max);
  std::vector<PreferenceList> assignment;
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    PreferenceList& list = assignment.emplace_back();
    for (std::uint64_t place = 0; place < length; ++place) {
      const std::uint64_t index = in.varint();
      in.require(index < members.size());
      if (!in.failed()) list.push_back(members[static_cast<std::size_t>(index)].id);
    }
  }
  return assignment;
}

}  // namespace

Bytes encode(const Ring& ring) {
  const std::span<const Member> members = ring.members();
  ByteWriter out(64 + members.size() * 32 + std::size_t{ring.partitions()} * ring.replicas() * 2);
  out.byte(format_version);
  out.fixed64(ring.cluster().value);
  out.varint(ring.epoch().value);
  out.varint(ring.replicas());
  out.varint(members.size());
  for (const Member& member : members) {
    out.fixed64(member.id.value);
    out.sized_bytes(member.zone);
    out.varint(member.weight);
  }
  out.varint(ring.partitions());
  for (std::uint32_t p = 0; p < ring.partitions(); ++p)
    for (const NodeId owner : ring.preference_list({static_cast<std::uint16_t>(p)}))
      out.varint(static_cast<std::uint64_t>(ring.find(owner) - members.data()));
  return std::move(out).take();
}

Result<Ring> decode_ring(BytesView bytes) {
  ByteReader in(bytes);
  in.require(in.byte() == format_version);
  const ClusterId cluster{in.fixed64()};
  const Epoch epoch{in.varint()};
  const std::uint64_t replicas = in.varint();
  in.require(replicas <= replicas_max);
  std::vector<Member> members = read_members(in);
  const std::vector<PreferenceList> assignment = read_assignment(in, members, replicas);
  if (!in.finished()) return fail(ErrorCode::malformed, "these bytes are no ring");
  auto ring = Ring::make(cluster, epoch, static_cast<std::uint32_t>(replicas), std::move(members), assignment);
  if (!ring) return fail(ErrorCode::malformed, "these bytes are no ring: " + ring.error().message);
  return ring;
}

}  // namespace starling::ring
