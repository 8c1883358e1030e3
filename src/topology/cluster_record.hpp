#pragma once

#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/ids.hpp"
#include "wire/messages.hpp"

namespace starling::topology {

/// The names under which storage keeps what this room must not forget. The ring is saved after the
/// cluster, and storage keeps the order: a node is in a cluster exactly when it has a ring.
inline constexpr const char* cluster_record_name = "cluster";
inline constexpr const char* ring_record_name = "ring";
inline constexpr const char* proposal_record_name = "founding";
inline constexpr const char* invitation_record_name = "invitation";

/// Which cluster this node belongs to, for as long as its data directory lives.
struct ClusterRecord {
  ClusterId cluster;
  Secret secret{};  ///< known to members only; signs the contexts that clients carry
  NodeId founder;
  std::vector<wire::FoundingPropose::Contact> contacts;  ///< where the founding members were, ourselves included
};

Bytes encode(const ClusterRecord& record);
Result<ClusterRecord> decode_cluster_record(BytesView bytes);

}  // namespace starling::topology
