#pragma once

#include <optional>
#include <vector>

#include "starling/result.hpp"
#include "starling/types.hpp"
#include "wire/msgpack_reader.hpp"

/// What the protocol's results mean. Each is `malformed` for a result that is not what
/// docs/protocol.md says; unknown fields of a map are passed over.
namespace starling::client {

api::Result<api::Reading> decode_reading(wire::Reader result);
api::Result<api::Written> decode_written(wire::Reader result);
api::Result<bool> decode_bool(wire::Reader result);
api::Result<api::ScanPage> decode_scan_page(wire::Reader result);
api::Result<std::vector<api::Member>> decode_members(wire::Reader result);
api::Result<api::RingInfo> decode_ring_info(wire::Reader result);
api::Result<api::Status> decode_status(wire::Reader result);
api::Result<api::NodeInfo> decode_info(wire::Reader result);
api::Result<api::NodeStats> decode_stats(wire::Reader result);
api::Result<api::Founded> decode_founded(wire::Reader result);
api::Result<api::RepairStatus> decode_repair_status(wire::Reader result);
api::Result<std::uint32_t> decode_repairing(wire::Reader result);
api::Result<api::ChangeReport> decode_change_report(wire::Reader result);

/// The `change` and the `waiting` of a status.
std::optional<api::ChangeStatus> change_status_of(wire::Reader& map_or_nil);
api::WaitingJoiner waiting_joiner_of(wire::Reader& map);

}  // namespace starling::client
