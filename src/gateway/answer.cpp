#include "gateway/answer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/ensure.hpp"
#include "gateway/describe.hpp"

namespace starling::gateway {

namespace {

using wire::pack_bin;
using wire::pack_str;
using wire::Packer;

/// Nothing happened, and the same request may well succeed a little later.
bool is_retryable(ErrorCode code) {
  switch (code) {
    case ErrorCode::not_ready:
    case ErrorCode::overloaded:
    case ErrorCode::unavailable:
    case ErrorCode::timed_out:
    case ErrorCode::stale_ring:
    case ErrorCode::connection_lost: return true;
    default: return false;
  }
}

void pack_error_map(Packer& packer, const Error& error, std::span<const NodeId> acked) {
  Fields fields(packer, 5);
  // Numbered from 1 in the order of the table in docs/protocol.md.
  fields.natural("code", static_cast<std::uint64_t>(error.code) + 1);
  fields.text("name", name_of(error.code));
  fields.text("message", error.message);
  fields.boolean("retryable", is_retryable(error.code));
  fields.array("acked", acked.size());
  for (const NodeId node : acked) pack_str(packer, to_string(node));
}

void pack_values(Fields& fields, Packer& packer, const std::vector<Bytes>& values) {
  fields.array("values", values.size());
  for (const Bytes& value : values) pack_bin(packer, value);
}

/// Packs the result of a request that succeeded, in the shape of its method.
class ResultPacker {
 public:
  ResultPacker(Packer& packer, const Call& call) : packer_(packer), call_(call) {}

  void operator()(const port::GetReply& reply) {
    const bool found = !reply.values.empty();
    if (call_.method == Method::kv_exists) {
      packer_.pack(found);
      return;
    }
    Fields fields(packer_, 3);
    fields.boolean("found", found);
    pack_values(fields, packer_, reply.values);
    fields.bytes("context", reply.context);
  }

  void operator()(const port::PutReply& reply) {
    Fields fields(packer_, 1 + (reply.context.empty() ? 0 : 1) + (reply.stand_ins.empty() ? 0 : 1));
    fields.natural("siblings", reply.siblings);
    if (!reply.context.empty()) fields.bytes("context", reply.context);
    if (reply.stand_ins.empty()) return;
    fields.array("stand_ins", reply.stand_ins.size());
    for (const NodeId node : reply.stand_ins) pack_str(packer_, to_string(node));
  }

  void operator()(const port::ScanReply& reply) {
    Fields fields(packer_, 2);
    fields.array("items", reply.items.size());
    for (const auto& item : reply.items) pack_scanned(item);
    fields.bytes("cursor", reply.cursor);
  }

  void operator()(const port::MembersReply& reply) { pack_members(packer_, reply.members); }
  void operator()(const port::RingReply& reply) { pack_ring(packer_, reply); }
  void operator()(const port::StatusReply& reply) { pack_status(packer_, reply); }
  void operator()(const port::InfoReply& reply) {
    call_.method == Method::hello ? pack_hello(packer_, reply) : pack_info(packer_, reply);
  }
  void operator()(const port::StatsReply& reply) { pack_stats(packer_, reply); }
  void operator()(const port::InitReply& reply) {
    Fields fields(packer_, 2);
    fields.id("cluster_id", reply.cluster.value);
    fields.natural("members", reply.members);
  }

  void operator()(const port::RepairStatusReply& reply) { pack_repair_status(packer_, reply); }
  void operator()(const port::RepairNowReply& reply) {
    Fields fields(packer_, 1);
    fields.natural("partitions", reply.partitions);
  }

  void operator()(const port::ChangeReply& reply) { pack_change(packer_, reply); }

  void operator()(const port::Failure&) { ensure(false, "a failure has no result"); }

 private:
  void pack_scanned(const port::ScanReply::Item& item) {
    Fields fields(packer_, call_.keys_only ? 1 : 3);
    fields.bytes("key", item.key);
    if (call_.keys_only) return;
    pack_values(fields, packer_, item.values);
    fields.bytes("context", item.context);
  }

  Packer& packer_;
  const Call& call_;
};

}  // namespace

void pack_error(Packer& packer, ErrorShape shape, const Error& error, std::span<const NodeId> acked) {
  if (shape == ErrorShape::map) return pack_error_map(packer, error, acked);
  pack_str(packer, fmt::format("{} {}", name_of(error.code), error.message));
}

void pack_outcome(Packer& packer, ErrorShape shape, const Call& call, const port::ClientReply& reply) {
  if (const auto* failure = std::get_if<port::Failure>(&reply)) {
    pack_error(packer, shape, failure->error, failure->acked);
    packer.pack_nil();
    return;
  }
  packer.pack_nil();
  std::visit(ResultPacker(packer, call), reply);
}

}  // namespace starling::gateway
