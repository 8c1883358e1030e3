#pragma once

#include <vector>

#include "base/bytes.hpp"
#include "wire/messages.hpp"

namespace starling::node {

/// The durable list of who is where, so that a node that was stopped finds the others again, also
/// without a seed and wherever they have moved to in the meantime.
inline constexpr const char* book_record_name = "peers";

Bytes encode_book(const std::vector<wire::MemberUpdate>& members);
/// As much as can be read. It is a help, not a truth: what is missing is learned again by gossip.
std::vector<wire::MemberUpdate> decode_book(BytesView bytes);

}  // namespace starling::node
