#pragma once

#include "base/error.hpp"
#include "base/ids.hpp"
#include "port/outbox.hpp"
#include "storage/commands.hpp"
#include "wire/messages.hpp"

namespace starling::replica {

/// What storage has answered, as the reply to whoever asked. An answer of another kind is a bug.
wire::ReadReply full_reply(wire::RequestId request, Result<storage::Answer> answer);
wire::ReadReply digest_reply(wire::RequestId request, Result<storage::Answer> answer);
wire::MergeReply merge_reply(wire::RequestId request, Result<storage::Answer> answer);
wire::MergeReply payload_reply(wire::RequestId request, Result<storage::Answer> answer);
wire::ScanReply scan_reply(wire::RequestId request, Result<storage::Answer> answer);

}  // namespace starling::replica
