#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "starling/types.hpp"

/// The parameters of the protocol's methods, packed once and sent as often as it takes. Each is one
/// array; its last item is the map of options, in which what was not said is left out.
namespace starling::client {

/// What a request says of itself beyond its key and value.
struct RequestTerms {
  std::chrono::milliseconds timeout{};
  std::uint64_t request_id{};  ///< of a write
};

Bytes pack_hello(std::string_view client_name);
Bytes pack_read(std::string_view key, const api::ReadOptions& options, const RequestTerms& terms);
Bytes pack_put(std::string_view key, std::string_view value, const api::WriteOptions& options,
               const RequestTerms& terms);
Bytes pack_remove(std::string_view key, const api::WriteOptions& options, const RequestTerms& terms);
Bytes pack_scan(const api::ScanOptions& options, const RequestTerms& terms);
Bytes pack_init(std::span<const std::string> peer_addresses);
Bytes pack_repair_now(std::optional<std::uint32_t> partition);
/// The method for a kind of change, and its parameters.
std::string_view change_method(api::Change::Kind kind);
Bytes pack_change(const api::Change& change, const RequestTerms& terms);
/// For the methods that take nothing.
Bytes pack_nothing();

}  // namespace starling::client
