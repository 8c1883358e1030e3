#include "gateway/session.hpp"

#include <algorithm>
#include <vector>

#include "fuzz.hpp"
#include "wire/msgpack_reader.hpp"

/// The bytes of one client, in any splits, to a session whose node answers each request with one
/// and the same short failure.
namespace starling::fuzz {

namespace {

using gateway::Session;

/// The longest answer to one request or item: an error that quotes what it does not understand.
constexpr std::size_t answer_bytes_max = 512;

const port::ClientReply not_now = port::Failure{.error = {ErrorCode::overloaded, "not now"}, .acked = {}};

/// What was sent to a client, and how many requests of its have reached the node.
struct Talk {
  Bytes output;
  std::size_t asked{};
  bool closed{};
};

Talk talk(BytesView stream, std::size_t piece_bytes) {
  Session session;
  Talk talk;
  const auto answer_all = [&](BytesView bytes) {
    std::vector<Session::Asked> asked;
    session.feed(bytes, asked);
    for (auto& one : asked) session.reply(one.id, not_now);
    talk.asked += asked.size();
    const std::size_t before = talk.output.size();
    session.take_output(talk.output);
    session.wrote(talk.output.size() - before);
    return !asked.empty();
  };
  for (Pieces pieces(stream); !pieces.empty() && !session.closing();) {
    answer_all(pieces.take(piece_bytes));
    while (session.mid_message() && session.wants_input() && answer_all({})) continue;
    ensure(session.buffered_bytes() <= stream.size(), "more is kept than has come");
  }
  ensure(session.in_flight() == 0 && session.unread_bytes() == 0, "an answer is owed");
  talk.closed = session.closing();
  return talk;
}

/// Nothing but responses, [1, msgid, error, result] with one of the last two nil: their msgids, sorted.
std::vector<std::uint64_t> answered(BytesView output) {
  wire::Reader reader(output);
  std::vector<std::uint64_t> msgids;
  while (reader.ok() && !reader.at_end()) {
    ensure(reader.array() == 4 && reader.natural() == 1, "an answer that is no response");
    msgids.push_back(reader.natural());
    const bool succeeded = reader.nil();
    if (!succeeded) reader.skip();
    ensure(succeeded || reader.nil(), "an answer that is both error and result");
    if (succeeded) reader.skip();
  }
  ensure(reader.ok(), "an answer that is cut off");
  std::ranges::sort(msgids);
  return msgids;
}

}  // namespace

void try_input(BytesView input) {
  Pieces pieces(input);
  const std::size_t piece_bytes = std::size_t{1} + pieces.byte();
  const BytesView stream = pieces.rest();
  const Talk cut = talk(stream, piece_bytes);
  const Talk whole = talk(stream, stream.size() + 1);
  ensure(cut.asked == whole.asked && cut.closed == whole.closed, "what a client said depends on how it was cut");
  // Who speaks HTTP is told so in HTTP.
  if (cut.output.starts_with("HTTP/1.1 400 ")) return ensure(cut.output.size() <= answer_bytes_max, "a sermon");

  const auto msgids = answered(cut.output);
  // A session that closes has dropped the answers that came too late.
  ensure(cut.closed || msgids == answered(whole.output), "what is answered depends on how the requests were cut");
  // The shortest request has five bytes; one more answer where the session closes.
  ensure(msgids.size() <= stream.size() / 5 + 1, "more answers than questions");
  ensure(cut.output.size() <= answer_bytes_max * (msgids.size() + cut.asked), "an answer without measure");
}

}  // namespace starling::fuzz
