#include "gateway/session.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/ensure.hpp"
#include "gateway/answer.hpp"
#include "wire/msgpack_packer.hpp"
#include "wire/msgpack_reader.hpp"
#include "wire/stranger.hpp"

namespace starling::gateway {

namespace {

constexpr std::uint64_t request_type = 0;
constexpr std::uint64_t response_type = 1;
constexpr std::uint64_t notification_type = 2;

/// A buffer that once held more is given back: most connections are idle most of the time.
constexpr std::size_t kept_bytes = 8 * 1024;

/// Starts a response; the error and the result follow.
template <class PackOutcome>
void append_response(Bytes& out, std::uint64_t msgid, PackOutcome pack_both) {
  wire::BytesSink sink(out);
  wire::Packer packer(sink);
  packer.pack_array(4);
  packer.pack_uint64(response_type);
  packer.pack_uint64(msgid);
  pack_both(packer);
}

/// Of a request that never became whole: its msgid, if that much of it is there.
std::uint64_t msgid_of(BytesView beginning) {
  wire::Reader reader(beginning);
  reader.array();
  reader.natural(request_type);
  return reader.natural(integer_max);
}

bool begins_array(char byte) {
  const auto marker = static_cast<unsigned char>(byte);
  return (marker & 0xf0) == 0x90 || marker == 0xdc || marker == 0xdd;
}

std::size_t size_of(const std::vector<Bytes>& values) {
  std::size_t size = 0;
  for (const Bytes& value : values) size += value.size();
  return size;
}

/// The bytes that may be many; what surrounds them is small.
std::size_t size_of(const port::ClientReply& reply) {
  if (const auto* get = std::get_if<port::GetReply>(&reply)) return size_of(get->values);
  std::size_t size = 0;
  if (const auto* scan = std::get_if<port::ScanReply>(&reply))
    for (const auto& item : scan->items) size += size_of(item.values);
  return size;
}

}  // namespace

Session::Session(const SessionLimits& limits)
    : limits_(limits), scan_({.bytes_max = limits.request_bytes_max}), waiting_(0), batches_(0) {}

// --- Bytes in ---

void Session::feed(BytesView bytes, std::vector<Asked>& asked) {
  if (closing_) return;
  input_.append(bytes);
  if (!recognise_client()) return;
  std::size_t at = 0;
  held_ = false;
  while (wants_input()) {
    const BytesView rest = BytesView(input_).substr(at);
    const auto end = scan_.advance(rest);
    if (!end) return close_with(msgid_of(rest), end.error());
    if (!*end) return keep_input_from(at);
    scan_.restart();
    handle(rest.substr(0, **end), asked);
    at += **end;
  }
  held_ = true;
  keep_input_from(at);
}

void Session::keep_input_from(std::size_t at) {
  input_.erase(0, closing_ ? input_.size() : at);
  if (input_.empty() && input_.capacity() > kept_bytes) input_ = Bytes();
}

/// True once the first bytes are known for a client's. Everything that a client sends is an array,
/// so the first byte tells; a stranger is named by its first four.
bool Session::recognise_client() {
  if (recognised_ || input_.empty()) return recognised_;
  recognised_ = begins_array(input_.front());
  if (recognised_ || input_.size() < wire::recognisable_bytes) return recognised_;
  const wire::Speaker speaker = wire::recognise(input_);
  const BytesView words = wire::words_at_client_port(speaker);
  if (words.empty()) {
    close_with(0, {ErrorCode::malformed, "this is no MessagePack-RPC: a request is [0, msgid, method, params]"});
  } else {
    output_ += wire::refusal(speaker, words);
    closing_ = true;
    keep_input_from(0);
  }
  return false;
}

void Session::handle(BytesView message, std::vector<Asked>& asked) {
  wire::Reader reader(message);
  const std::size_t items = reader.array();
  const std::uint64_t type = reader.natural();
  // We know no notifications, and a request sent as one wants no answer: then it gets no effect either.
  if (reader.ok() && items == 3 && type == notification_type) return;
  const std::uint64_t msgid = reader.natural(integer_max);
  if (!reader.ok() || items != 4 || type != request_type)
    return close_with(msgid, {ErrorCode::malformed, "a request is [0, msgid, method, params]"});
  const BytesView method = reader.bytes();
  if (!reader.ok()) return respond(msgid, {ErrorCode::malformed, "the method must be a str"});
  serve(msgid, method, reader.rest(), asked);
}

void Session::serve(std::uint64_t msgid, BytesView method, BytesView params, std::vector<Asked>& asked) {
  std::vector<port::ClientRequest> requests;
  const auto call = read_call(method, params, requests);
  if (!call) return respond(msgid, call.error());
  if (call->errors) errors_ = *call->errors;
  if (call->method == Method::ping)
    return append_response(output_, msgid, [](wire::Packer& packer) { packer.pack_nil().pack("pong"); });

  Waiting waiting{.msgid = msgid, .call = *call, .bytes = 0, .batch = 0, .item = 0};
  if (call->is_batch()) {
    Batch batch{.msgid = msgid, .call = *call, .replies = {}, .missing = requests.size(), .gathered_bytes = 0};
    if (requests.empty()) return finish(batch);
    batch.replies.resize(requests.size());
    waiting.batch = batches_.insert(std::move(batch));
  }
  waiting.bytes = params.size() / requests.size();
  for (port::ClientRequest& request : requests) {
    in_flight_bytes_ += waiting.bytes;
    asked.push_back({.id = waiting_.insert(waiting), .request = std::move(request)});
    ++waiting.item;
  }
}

// --- Answers back ---

void Session::reply(std::uint64_t id, port::ClientReply reply) {
  const Waiting* found = waiting_.find(id);
  ensure(found != nullptr, "an answer to what this session never asked, or a second one");
  const Waiting waiting = *found;
  waiting_.erase(id);
  in_flight_bytes_ -= waiting.bytes;
  if (closing_) return;
  withhold_if_unread(reply);
  if (waiting.batch != 0)
    gather(waiting, std::move(reply));
  else
    respond(waiting.msgid, waiting.call, reply);
}

/// A reader that reads nothing gets words instead of more values. A write's answer is small and
/// always told: whoever wrote must learn what became of it.
void Session::withhold_if_unread(port::ClientReply& reply) const {
  const std::size_t held = unread_bytes() + gathered_bytes_;
  if (size_of(reply) == 0 || held <= limits_.output_bytes_max) return;
  reply = port::Failure{.error = {ErrorCode::overloaded,
                                  fmt::format("{} bytes of answers on this connection are unread, and {} are the limit",
                                              held, limits_.output_bytes_max)},
                        .acked = {}};
}

void Session::gather(const Waiting& waiting, port::ClientReply&& reply) {
  Batch* batch = batches_.find(waiting.batch);
  ensure(batch != nullptr, "an item of a batch that is not there");
  const std::size_t bytes = size_of(reply);
  gathered_bytes_ += bytes;
  batch->gathered_bytes += bytes;
  batch->replies[waiting.item] = std::move(reply);
  if (--batch->missing > 0) return;
  finish(*batch);
  gathered_bytes_ -= batch->gathered_bytes;
  batches_.erase(waiting.batch);
}

void Session::finish(const Batch& batch) {
  append_response(output_, batch.msgid, [&](wire::Packer& packer) {
    packer.pack_nil();
    packer.pack_array(static_cast<std::uint32_t>(batch.replies.size()));
    for (const auto& reply : batch.replies) {
      packer.pack_array(2);
      pack_outcome(packer, errors_, batch.call, reply);
    }
  });
}

void Session::respond(std::uint64_t msgid, const Call& call, const port::ClientReply& reply) {
  append_response(output_, msgid, [&](wire::Packer& packer) { pack_outcome(packer, errors_, call, reply); });
}

void Session::respond(std::uint64_t msgid, const Error& error) {
  append_response(output_, msgid, [&](wire::Packer& packer) {
    pack_error(packer, errors_, error);
    packer.pack_nil();
  });
}

void Session::close_with(std::uint64_t msgid, const Error& error) {
  respond(msgid, error);
  closing_ = true;
  keep_input_from(0);
}

void Session::refuse(const Error& error) {
  if (!closing_) close_with(0, error);
}

// --- Bytes out ---

void Session::take_output(Bytes& into) {
  taken_ += output_.size();
  if (into.empty())
    std::swap(into, output_);
  else
    into.append(output_);
  output_.clear();
  if (output_.capacity() > kept_bytes) output_ = Bytes();
}

void Session::wrote(std::size_t bytes) {
  ensure(bytes <= taken_, "more was written than was taken");
  taken_ -= bytes;
}

}  // namespace starling::gateway
