#pragma once

#include <cstdint>
#include <span>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "gateway/call.hpp"
#include "port/client.hpp"
#include "wire/msgpack_packer.hpp"

namespace starling::gateway {

/// "NOT_FOUND key not found", or {code, name, message, retryable, acked} for who asked for maps.
void pack_error(wire::Packer& packer, ErrorShape shape, const Error& error, std::span<const NodeId> acked = {});

/// The last two items of a response, `error, result`: one of them nil. Also one item of a batch.
void pack_outcome(wire::Packer& packer, ErrorShape shape, const Call& call, const port::ClientReply& reply);

}  // namespace starling::gateway
