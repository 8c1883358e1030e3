#include "client/answer.hpp"

#include "client/error.hpp"
#include "fuzz.hpp"
#include "wire/msgpack_scan.hpp"

/// What the client library is told by something that says it is a node.
namespace starling::fuzz {

namespace {

/// The end of the first value, as a connection finds it while pieces arrive.
std::optional<std::size_t> end_of_value(BytesView bytes, std::size_t piece_bytes, bool& refused) {
  wire::MsgpackScan scan({.bytes_max = 1 << 20});
  for (std::size_t arrived = 0;;) {
    arrived = std::min(bytes.size(), arrived + piece_bytes);
    const auto end = scan.advance(bytes.substr(0, arrived));
    refused = !end;
    if (refused || *end) return refused ? std::nullopt : *end;
    if (arrived == bytes.size()) return std::nullopt;
  }
}

/// All that a result or an error can be taken for; the result must not be more than its bytes.
void read_as_anything(BytesView bytes) {
  using namespace client;
  const wire::Reader reader(bytes);
  std::size_t held = decode_error(reader).message.size();
  ensure(held <= bytes.size(), "an error of bytes that never came");
  if (auto reading = decode_reading(reader))
    for (const auto& value : reading->values) held += value.size();
  if (auto page = decode_scan_page(reader)) held += page->items.size();
  if (auto members = decode_members(reader)) held += members->size();
  if (auto ring = decode_ring_info(reader)) held += ring->assignment.size();
  if (auto stats = decode_stats(reader)) held += stats->counters.size();
  if (auto report = decode_change_report(reader)) held += report->moves.size() + report->loads.size();
  ensure(held <= 7 * bytes.size(), "more was read than bytes came");
  (void)decode_repair_status(reader);
  (void)decode_written(reader);
  (void)decode_bool(reader);
  (void)decode_status(reader);
  (void)decode_info(reader);
  (void)decode_founded(reader);
}

}  // namespace

void try_input(BytesView input) {
  Pieces pieces(input);
  const std::size_t piece_bytes = std::size_t{1} + pieces.byte();
  const BytesView bytes = pieces.rest();
  bool refused = false, refused_at_once = false;
  const auto end = end_of_value(bytes, piece_bytes, refused);
  ensure(end == end_of_value(bytes, bytes.size() + 1, refused_at_once) && refused == refused_at_once,
         "where a value ends depends on how it was cut");
  if (end) ensure(wire::Reader(bytes).skip().size() == *end, "the scan and the reader disagree on where a value ends");
  read_as_anything(bytes);
}

}  // namespace starling::fuzz
