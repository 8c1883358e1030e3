#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/ids.hpp"
#include "causal/version_vector.hpp"

namespace starling::causal {

inline constexpr std::size_t context_bytes_max = 64 * 1024;

/// What a client carries from a read to its next write: the version vector it has seen, bound to
/// one key and signed with the cluster's secret, so that nobody can make our clocks jump.
/// Clients treat it as opaque. `key` is the key's place in the hash space. Even for the
/// empty vector it is never empty: who has read that there was nothing must not be taken for one
/// who has not read, or a delete that found nothing would erase what came since.
Bytes seal_context(const Secret& secret, Token key, const VersionVector& seen);

/// `bad_context` for one of another key, of another cluster, forged, cut short or too long (64 KiB).
/// An empty token is the empty context: "I have seen nothing".
Result<VersionVector> open_context(const Secret& secret, Token key, BytesView token);

}  // namespace starling::causal
