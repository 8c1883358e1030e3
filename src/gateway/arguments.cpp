#include "gateway/arguments.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.hpp"
#include "gateway/call.hpp"
#include "ring/ring.hpp"
#include "wire/msgpack_reader.hpp"

namespace starling::gateway {

namespace {

constexpr std::size_t options_max = 64;

}  // namespace

std::string quoted(BytesView bytes) {
  constexpr std::size_t length_max = 60;
  std::string text = "'";
  for (const char byte : bytes.substr(0, length_max)) text += byte >= ' ' && byte <= '~' ? byte : '?';
  return text + (bytes.size() > length_max ? "...'" : "'");
}

Arguments::Arguments(BytesView params, std::size_t positional_count) {
  wire::Reader reader(params);
  const std::size_t count = reader.array();
  if (!reader.ok()) {
    fail(ErrorCode::malformed, "the parameters must be an array");
  } else if (count < positional_count || count > positional_count + 1) {
    fail(ErrorCode::malformed, fmt::format("this method takes {} parameters and then an options map, not {} in all",
                                           positional_count, count));
  } else {
    for (std::size_t i = 0; i < positional_count; ++i) positional_[i] = reader.skip();
    if (count > positional_count) read_options(reader.skip());
  }
}

void Arguments::read_options(BytesView encoded) {
  wire::Reader reader(encoded);
  if (reader.nil()) return;
  if (reader.peek() == wire::Kind::array && reader.array() == 0) return;
  const std::size_t count = reader.map();
  if (!reader.ok()) return fail(ErrorCode::malformed, "the options must be a map");
  if (count > options_max) return fail(ErrorCode::invalid, fmt::format("at most {} options", options_max));
  for (std::size_t i = 0; i < count; ++i) {
    const BytesView name = reader.bytes();
    if (!reader.ok()) return fail(ErrorCode::malformed, "the name of an option must be a str");
    if (!option(name).empty())
      return fail(ErrorCode::malformed, fmt::format("the option {} is there twice", quoted(name)));
    options_.emplace_back(name, reader.skip());
  }
}

void Arguments::fail(ErrorCode code, std::string message) {
  if (!error_) error_ = Error{code, std::move(message)};
}

BytesView Arguments::option(std::string_view name) const {
  const auto found = std::ranges::find(options_, name, &std::pair<BytesView, BytesView>::first);
  return found == options_.end() ? BytesView{} : found->second;
}

BytesView Arguments::bytes(BytesView encoded, std::string_view what) {
  wire::Reader reader(encoded);
  const BytesView found = reader.bytes();
  if (!reader.ok()) fail(ErrorCode::malformed, fmt::format("{} must be str or bin", what));
  return found;
}

std::vector<BytesView> Arguments::items(BytesView encoded, std::string_view what, std::size_t max) {
  wire::Reader reader(encoded);
  const std::size_t count = reader.array();
  if (!reader.ok()) fail(ErrorCode::malformed, fmt::format("{} must be an array", what));
  if (count > max) fail(ErrorCode::invalid, fmt::format("{} are {}; at most {} are allowed", what, count, max));
  std::vector<BytesView> found;
  if (error_) return found;
  found.reserve(count);
  for (std::size_t i = 0; i < count; ++i) found.push_back(reader.skip());
  return found;
}

ring::Key Arguments::key(BytesView encoded) {
  const BytesView name = bytes(encoded, "a key");
  const BytesView bucket_option = option("bucket");
  const BytesView bucket = bucket_option.empty() ? BytesView{} : bytes(bucket_option, "bucket");
  if (error_) return {};
  auto made = ring::Key::make(bucket, name);
  if (made) return std::move(*made);
  error_ = std::move(made.error());
  return {};
}

Bytes Arguments::value(BytesView encoded) {
  const BytesView found = bytes(encoded, "a value");
  if (found.size() <= value_bytes_max) return Bytes(found);
  fail(ErrorCode::invalid,
       fmt::format("the value has {} bytes; at most {} are allowed", found.size(), value_bytes_max));
  return {};
}

Address Arguments::address(BytesView encoded) {
  const BytesView text = bytes(encoded, "a peer address");
  if (error_) return {};
  if (auto parsed = parse_address(text)) return *parsed;
  fail(ErrorCode::invalid, fmt::format("{} is no peer address: write IP:PORT, as in 127.0.0.1:4702", quoted(text)));
  return {};
}

std::optional<Bytes> Arguments::bytes_option(std::string_view name) {
  const BytesView encoded = option(name);
  if (encoded.empty() || wire::Reader(encoded).peek() == wire::Kind::nil) return std::nullopt;
  return Bytes(bytes(encoded, name));
}

bool Arguments::flag(std::string_view name) {
  const BytesView encoded = option(name);
  wire::Reader reader(encoded);
  if (encoded.empty() || reader.nil()) return false;
  const bool value = reader.boolean();
  if (!reader.ok()) fail(ErrorCode::malformed, fmt::format("{} must be true or false", name));
  return value;
}

std::uint64_t Arguments::number(std::string_view name, std::uint64_t min, std::uint64_t max, std::uint64_t standard) {
  const BytesView encoded = option(name);
  wire::Reader reader(encoded);
  if (encoded.empty() || reader.nil()) return standard;
  const wire::Kind kind = reader.peek();
  if (kind != wire::Kind::natural && kind != wire::Kind::negative) {
    fail(ErrorCode::malformed, fmt::format("{} must be an integer", name));
    return standard;
  }
  const std::uint64_t value = reader.natural(max);
  if (reader.ok() && value >= min) return value;
  fail(ErrorCode::invalid, fmt::format("{} must be from {} to {}", name, min, max));
  return standard;
}

port::QuorumLevel Arguments::level(std::string_view name) {
  using Level = port::QuorumLevel;
  const BytesView encoded = option(name);
  wire::Reader reader(encoded);
  if (encoded.empty() || reader.nil()) return {};
  if (reader.peek() == wire::Kind::bytes) {
    const BytesView word = reader.bytes();
    if (word == "one") return {Level::Kind::one, 0};
    if (word == "quorum") return {Level::Kind::quorum, 0};
    if (word == "all") return {Level::Kind::all, 0};
    fail(ErrorCode::invalid, fmt::format("{} must be a number, 'one', 'quorum' or 'all', not {}", name, quoted(word)));
    return {};
  }
  // How many replicas there are, only the coordinator knows; it refuses what is above.
  return {Level::Kind::number, static_cast<std::uint32_t>(number(name, 1, ring::replicas_max, 1))};
}

std::optional<Duration> Arguments::timeout() {
  constexpr std::uint64_t none = 0;
  const std::uint64_t timeout_ms = number("timeout_ms", 1, timeout_ms_max, none);
  if (timeout_ms == none) return std::nullopt;
  return std::chrono::milliseconds(timeout_ms);
}

std::uint64_t Arguments::request_id() {
  const BytesView encoded = option("request_id");
  wire::Reader reader(encoded);
  if (encoded.empty() || reader.nil()) return 0;
  if (reader.peek() == wire::Kind::bytes) return std::max<std::uint64_t>(1, hash64(reader.bytes()));
  const std::uint64_t id = reader.natural();
  if (!reader.ok()) fail(ErrorCode::malformed, "request_id must be an integer, str or bin");
  if (reader.ok() && id == 0) fail(ErrorCode::invalid, "request_id must not be 0");
  return id;
}

}  // namespace starling::gateway
