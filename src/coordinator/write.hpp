#pragma once

#include <cstdint>
#include <variant>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "coordinator/step.hpp"
#include "port/event.hpp"
#include "ring/key.hpp"
#include "wire/messages.hpp"

namespace starling::coordinator {

/// What is to be written, whoever asked for it.
struct Write {
  ring::Key key;
  PartitionId partition;
  bool tombstone{};
  Bytes value;
  Bytes context;        ///< the client's token; empty: it has seen nothing
  wire::QuorumLevel w;  ///< never standard
  std::uint64_t client_request{};
  std::uint64_t hlc{};
  bool sloppy{};  ///< others may stand in for replicas that cannot be reached
};

/// Whoever wants to know how a write ended: a client of ours, or a node that forwarded one of its own.
struct ForwardedBy {
  NodeId node;
  wire::RequestId request;
};
using Requester = std::variant<port::ClientToken, ForwardedBy>;

void answer(const Requester& requester, wire::WriteResult result, port::Outbox& out);
/// Nothing happened.
void refuse(const Requester& requester, Error error, port::Outbox& out);
/// Some replicas may have it; `acked` have it for certain.
void leave_in_doubt(const Requester& requester, std::string message, std::vector<NodeId> acked, port::Outbox& out);

/// Whether a failed write with this code has left no trace anywhere. Everything else is in doubt.
bool says_nothing_happened(ErrorCode code);

}  // namespace starling::coordinator
