#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/address.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/time.hpp"
#include "port/client.hpp"
#include "ring/key.hpp"

namespace starling::gateway {

/// The parameters of one request: so many by position, then one options map that may be absent.
/// A method asks for what it knows; what it never asks for is ignored. Like wire::Reader, the
/// first error sticks and every later answer is a harmless default: look at error() at the end.
///
/// Wrong types are `malformed`, broken bounds `invalid` with the bound in the text. Nil for an
/// option is the same as none, an empty array the same as an empty map.
class Arguments {
 public:
  static constexpr std::size_t positional_max = 2;

  Arguments(BytesView params, std::size_t positional_count);

  /// The encoded positional parameter.
  BytesView positional(std::size_t i) const { return positional_.at(i); }
  /// The encoded option; empty where there is none.
  BytesView option(std::string_view name) const;

  /// The contents of an encoded str or bin.
  BytesView bytes(BytesView encoded, std::string_view what);
  /// The encoded items of an encoded array.
  std::vector<BytesView> items(BytesView encoded, std::string_view what, std::size_t max);

  /// With the bucket that the options name.
  ring::Key key(BytesView encoded);
  Bytes value(BytesView encoded);
  Address address(BytesView encoded);

  std::optional<Bytes> bytes_option(std::string_view name);
  bool flag(std::string_view name);
  std::uint64_t number(std::string_view name, std::uint64_t min, std::uint64_t max, std::uint64_t standard);
  /// r or w: a number, "one", "quorum" or "all".
  port::QuorumLevel level(std::string_view name);
  std::optional<Duration> timeout();
  /// An integer as it is, anything longer by its hash; 0 where there is none.
  std::uint64_t request_id();

  void fail(ErrorCode code, std::string message);
  const std::optional<Error>& error() const { return error_; }

 private:
  void read_options(BytesView encoded);

  std::array<BytesView, positional_max> positional_;
  std::vector<std::pair<BytesView, BytesView>> options_;  ///< name, encoded value
  std::optional<Error> error_;
};

/// Bytes of a client's, fit to be quoted in a sentence: printable ASCII, not too long.
std::string quoted(BytesView bytes);

}  // namespace starling::gateway
