#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "port/client.hpp"

namespace starling::gateway {

enum class Method : std::uint8_t {
  hello,
  ping,
  kv_get,
  kv_put,
  kv_delete,
  kv_exists,
  kv_mget,
  kv_mput,
  kv_scan,
  cluster_members,
  cluster_ring,
  cluster_status,
  cluster_init,
  cluster_change,  ///< cluster.join and all others that answer alike
  node_info,
  node_stats,
  repair_status,
  repair_now,
};

inline constexpr std::size_t value_bytes_max = 8 * 1024 * 1024;
inline constexpr std::size_t batch_items_max = 1000;
inline constexpr std::uint64_t scan_items_max = 1000;
inline constexpr std::uint64_t scan_items_default = 100;
inline constexpr std::uint64_t timeout_ms_max = 60'000;
/// Every integer of the protocol stays below, because JavaScript and Lua keep numbers as doubles.
inline constexpr std::uint64_t integer_max = (std::uint64_t{1} << 53) - 1;

/// How this client wants its errors.
enum class ErrorShape : std::uint8_t { string, map };

/// What remains to be known of a request until its answer: which shape that takes.
struct Call {
  Method method{};
  bool keys_only{};                  ///< kv.scan
  std::optional<ErrorShape> errors;  ///< hello: from now on

  bool is_batch() const { return method == Method::kv_mget || method == Method::kv_mput; }
};

/// Understands one request: the method by its name, positional parameters, one trailing options
/// map. Appends what the node is to be asked: one request, one for each item of a batch, or none
/// (ping). `unsupported`, `malformed` (wrong types) or `invalid` (a bound, which the text names);
/// then `requests` is as it was.
Result<Call> read_call(BytesView method, BytesView params, std::vector<port::ClientRequest>& requests);

}  // namespace starling::gateway
