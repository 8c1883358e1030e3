#include <algorithm>
#include <utility>

#include "base/byte_stream.hpp"
#include "ring/lineage.hpp"
#include "ring/ring.hpp"

namespace starling::ring {

namespace {

constexpr std::uint8_t format_version = 2;
constexpr std::size_t member_bytes_min = 8 + 1 + 1 + 1;
constexpr std::uint64_t lineages_max = 1024;

std::vector<Member> read_members(ByteReader& in) {
  const std::size_t count = in.count(member_bytes_min);
  in.require(count <= members_max);
  std::vector<Member> members;
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    const NodeId id{in.fixed64()};
    const BytesView zone = in.sized_bytes();
    const std::uint64_t weight = in.varint();
    const std::uint8_t standing = in.byte();
    in.require(weight <= weight_max && standing <= static_cast<std::uint8_t>(Standing::leaving) &&
               (members.empty() || members.back().id < id));
    members.push_back({.id = id,
                       .zone = std::string(zone),
                       .weight = static_cast<std::uint32_t>(weight),
                       .standing = static_cast<Standing>(standing)});
  }
  return members;
}

/// Lists of places in the sorted members, all equally long.
Assignment read_assignment(ByteReader& in, const std::vector<Member>& members, std::size_t partitions) {
  const std::uint64_t length = in.varint();
  in.require(length != 0 && length <= replicas_max);
  Assignment assignment;
  for (std::size_t i = 0; i < partitions && !in.failed(); ++i) {
    PreferenceList& list = assignment.emplace_back();
    for (std::uint64_t place = 0; place < length; ++place) {
      const std::uint64_t index = in.varint();
      in.require(index < members.size());
      if (!in.failed()) list.push_back(members[static_cast<std::size_t>(index)].id);
    }
  }
  return assignment;
}

void write_assignment(ByteWriter& out, const Ring& ring, const Assignment& assignment) {
  out.varint(assignment.front().size());
  for (const PreferenceList& list : assignment)
    for (const NodeId owner : list) out.varint(static_cast<std::uint64_t>(ring.find(owner) - ring.members().data()));
}

/// How long ago: most partitions have not changed for as long as others.
std::vector<Epoch> read_versions(ByteReader& in, Epoch epoch, std::size_t partitions) {
  std::vector<Epoch> versions;
  for (std::size_t i = 0; i < partitions && !in.failed(); ++i) {
    const std::uint64_t age = in.varint();
    in.require(age < epoch.value);
    versions.push_back({epoch.value - age});
  }
  return versions;
}

/// As many as the epoch says, which for most clusters is none.
std::vector<LineageId> read_lineages(ByteReader& in, Epoch epoch) {
  in.require(lineage_of(epoch) <= lineages_max);
  std::vector<LineageId> lineages;
  while (!in.failed() && lineages.size() < lineage_of(epoch)) lineages.push_back({in.fixed64()});
  return lineages;
}

}  // namespace

Bytes encode(const Ring& ring) {
  const RingParts parts = ring.parts();
  ByteWriter out(64 + parts.members.size() * 32 + parts.present.size() * (2 * ring.replicas() + 1) * 2);
  out.byte(format_version);
  out.fixed64(parts.cluster.value);
  out.varint(parts.epoch.value);
  out.varint(parts.replicas);
  out.byte(static_cast<std::uint8_t>(parts.stage));
  out.varint(parts.members.size());
  for (const Member& member : parts.members) {
    out.fixed64(member.id.value);
    out.sized_bytes(member.zone);
    out.varint(member.weight);
    out.byte(static_cast<std::uint8_t>(member.standing));
  }
  out.varint(parts.present.size());
  for (const Epoch version : parts.versions) out.varint(parts.epoch.value - version.value);
  write_assignment(out, ring, parts.present);
  if (!ring.settled()) write_assignment(out, ring, parts.next);
  for (const LineageId lineage : parts.lineages) out.fixed64(lineage.value);
  return std::move(out).take();
}

Result<Ring> decode_ring(BytesView bytes) {
  ByteReader in(bytes);
  in.require(in.byte() == format_version);
  RingParts parts{.cluster = {in.fixed64()}, .epoch = {in.varint()}};
  const std::uint64_t replicas = in.varint();
  const std::uint8_t stage = in.byte();
  in.require(replicas <= replicas_max && stage <= static_cast<std::uint8_t>(Stage::read_new));
  parts.replicas = static_cast<std::uint32_t>(replicas);
  parts.stage = static_cast<Stage>(stage);
  parts.members = read_members(in);
  const std::size_t partitions = in.count(1);
  in.require(partitions <= partitions_max);
  parts.versions = read_versions(in, parts.epoch, partitions);
  parts.present = read_assignment(in, parts.members, partitions);
  if (parts.stage != Stage::settled) parts.next = read_assignment(in, parts.members, partitions);
  parts.lineages = read_lineages(in, parts.epoch);
  if (!in.finished()) return fail(ErrorCode::malformed, "these bytes are no ring");
  auto ring = Ring::make(std::move(parts));
  if (!ring) return fail(ErrorCode::malformed, "these bytes are no ring: " + ring.error().message);
  return ring;
}

}  // namespace starling::ring
