#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "base/slot_table.hpp"
#include "gateway/call.hpp"
#include "port/client.hpp"
#include "wire/msgpack_scan.hpp"

namespace starling::gateway {

struct SessionLimits {
  /// One request as it stands on the wire: the largest value and room for what surrounds it.
  std::size_t request_bytes_max = 9 * 1024 * 1024;
  /// Requests at the node (each item of an mget or mput is one), and the bytes of them, from which
  /// further ones wait in the input: a client that sends thousands at once neither takes the memory
  /// for them nor makes the others wait until all are done.
  std::uint32_t in_flight_pause = 64;
  std::size_t in_flight_pause_bytes = 16 * 1024 * 1024;
  /// Unread answers from which the driver stops reading more requests ...
  std::size_t output_pause_bytes = 1024 * 1024;
  /// ... and beyond which a read is answered OVERLOADED instead of with its values.
  std::size_t output_bytes_max = 64 * 1024 * 1024;
};

/// One client connection's side of MessagePack-RPC (docs/protocol.md): bytes in, requests for the
/// node out, its answers back in, bytes out. No sockets and no clock: the driver
///
///  - feeds what arrives, as long as wants_input(), and gives every Asked to the node;
///  - hands each answer to reply(), in any order;
///  - takes the output, writes it, says how much was written;
///  - closes the connection when closing() and the output is written;
///  - cuts off a client whose message stays incomplete (mid_message()) or whose answers stay
///    unread (unread_bytes() > 0 and nothing written) for too long.
///
/// Every request gets exactly one response. Bytes that are no MessagePack-RPC get one last error,
/// then the connection closes; a request that is merely wrong gets its error and the session goes on.
class Session {
 public:
  explicit Session(const SessionLimits& limits = {});

  /// A request for the node. The id is the session's own; reply() takes it back.
  struct Asked {
    std::uint64_t id{};
    port::ClientRequest request;
  };

  /// Bytes arrived. Appends to `asked`; what can be answered at once is answered. What it leaves in
  /// the input because too much is under way goes on with a call without bytes, once wants_input().
  void feed(BytesView bytes, std::vector<Asked>& asked);
  /// The node's answer to an Asked. Once for each.
  void reply(std::uint64_t id, port::ClientReply reply);

  /// One last error and the end, for what the driver knows (too many connections, too slow, ...).
  void refuse(const Error& error);

  /// Appends what is to be written to `into`, and counts it as unread until wrote() says otherwise.
  void take_output(Bytes& into);
  bool has_output() const { return !output_.empty(); }
  /// So many of the bytes taken have been written to the socket.
  void wrote(std::size_t bytes);
  /// Answers made and not written yet, taken or not.
  std::size_t unread_bytes() const { return output_.size() + taken_; }

  /// False while too many answers are unread or under way: leave further requests in the socket.
  bool wants_input() const {
    const std::uint32_t pause = held_ ? limits_.in_flight_pause / 2 : limits_.in_flight_pause;
    return !closing_ && waiting_.size() < pause && in_flight_bytes_ < limits_.in_flight_pause_bytes &&
           unread_bytes() < limits_.output_pause_bytes;
  }
  /// A request has begun to arrive and is not whole; or, while !wants_input(), has to wait.
  bool mid_message() const { return !input_.empty(); }
  std::size_t buffered_bytes() const { return input_.size(); }
  /// Write what is in the output, then close. Later replies are dropped.
  bool closing() const { return closing_; }
  /// Requests at the node.
  std::size_t in_flight() const { return waiting_.size(); }

 private:
  /// Where an answer of the node belongs.
  struct Waiting {
    std::uint64_t msgid{};
    Call call;
    std::size_t bytes{};    ///< as counted in in_flight_bytes_
    std::uint64_t batch{};  ///< 0: a request of its own
    std::size_t item{};
  };
  /// An mget or mput whose answers come one by one.
  struct Batch {
    std::uint64_t msgid{};
    Call call;
    std::vector<port::ClientReply> replies;
    std::size_t missing{};
    std::size_t gathered_bytes{};  ///< of the replies that are there
  };

  bool recognise_client();
  void handle(BytesView message, std::vector<Asked>& asked);
  void serve(std::uint64_t msgid, BytesView method, BytesView params, std::vector<Asked>& asked);
  void gather(const Waiting& waiting, port::ClientReply&& reply);
  void finish(const Batch& batch);
  void withhold_if_unread(port::ClientReply& reply) const;

  void respond(std::uint64_t msgid, const Call& call, const port::ClientReply& reply);
  void respond(std::uint64_t msgid, const Error& error);
  void close_with(std::uint64_t msgid, const Error& error);
  void keep_input_from(std::size_t at);

  SessionLimits limits_;
  ErrorShape errors_{ErrorShape::string};
  Bytes input_;  ///< what has arrived of an incomplete message
  wire::MsgpackScan scan_;
  Bytes output_;
  std::size_t taken_{};
  bool held_ = false;        ///< feed() stopped although there may be whole requests in the input
  bool recognised_ = false;  ///< the first bytes were a client's
  bool closing_ = false;

  SlotTable<Waiting> waiting_;
  SlotTable<Batch> batches_;
  std::size_t in_flight_bytes_{};
  std::size_t gathered_bytes_{};
};

}  // namespace starling::gateway
