#include "gateway/call.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/hash.hpp"
#include "gateway/arguments.hpp"
#include "gateway/read_change.hpp"
#include "ring/member.hpp"
#include "ring/ring.hpp"
#include "wire/msgpack_reader.hpp"

namespace starling::gateway {

namespace {

using Requests = std::vector<port::ClientRequest>;
using Kind = port::ChangeRequest::Kind;

// --- One function for each family of methods: arguments in, requests out. ---

void read_hello(Arguments& arguments, Call& call, Requests& requests) {
  if (const auto shape = arguments.bytes_option("errors")) {
    if (*shape == "map")
      call.errors = ErrorShape::map;
    else if (*shape == "string")
      call.errors = ErrorShape::string;
    else
      arguments.fail(ErrorCode::invalid, fmt::format("errors must be 'string' or 'map', not {}", quoted(*shape)));
  }
  requests.emplace_back(port::InfoRequest{});
}

void read_ping(Arguments&, Call&, Requests&) {}

port::GetRequest get_of(Arguments& arguments, BytesView key) {
  return {.key = arguments.key(key), .r = arguments.level("r"), .timeout = arguments.timeout()};
}

void read_get(Arguments& arguments, Call&, Requests& requests) {
  requests.emplace_back(get_of(arguments, arguments.positional(0)));
}

void read_mget(Arguments& arguments, Call&, Requests& requests) {
  for (const BytesView key : arguments.items(arguments.positional(0), "the keys", batch_items_max))
    requests.emplace_back(get_of(arguments, key));
}

port::PutRequest write_of(Arguments& arguments, BytesView key) {
  return {.key = arguments.key(key),
          .tombstone = false,
          .value = {},
          .context = {},
          .w = arguments.level("w"),
          .timeout = arguments.timeout(),
          .request_id = arguments.request_id(),
          .sloppy = arguments.flag("sloppy")};
}

void read_put(Arguments& arguments, Call&, Requests& requests) {
  auto put = write_of(arguments, arguments.positional(0));
  put.value = arguments.value(arguments.positional(1));
  put.context = arguments.bytes_option("context");
  requests.emplace_back(std::move(put));
}

void read_delete(Arguments& arguments, Call&, Requests& requests) {
  auto put = write_of(arguments, arguments.positional(0));
  put.tombstone = true;
  put.context = arguments.bytes_option("context");
  requests.emplace_back(std::move(put));
}

/// One item of kv.mput, [key, value, context?]. Its request id is its own, so that two items of
/// one key are two writes.
port::PutRequest read_put_item(Arguments& arguments, BytesView encoded, std::size_t place) {
  const auto parts = arguments.items(encoded, "an item [key, value, context?]", 3);
  if (parts.size() < 2) {
    arguments.fail(ErrorCode::malformed, "an item of kv.mput is [key, value, context?]");
    return {};
  }
  auto put = write_of(arguments, parts[0]);
  put.value = arguments.value(parts[1]);
  if (parts.size() == 3 && !wire::Reader(parts[2]).nil()) put.context = arguments.bytes(parts[2], "a context");
  if (put.request_id != 0)
    put.request_id = std::max<std::uint64_t>(1, hash64(fmt::format("{}/{}", put.request_id, place)));
  return put;
}

void read_mput(Arguments& arguments, Call&, Requests& requests) {
  std::size_t place = 0;
  for (const BytesView item : arguments.items(arguments.positional(0), "the items", batch_items_max))
    requests.emplace_back(read_put_item(arguments, item, place++));
}

void read_scan(Arguments& arguments, Call& call, Requests& requests) {
  call.keys_only = arguments.flag("keys_only");
  port::ScanRequest scan{
      .bucket = arguments.bytes_option("bucket").value_or(Bytes()),
      .prefix = arguments.bytes_option("prefix").value_or(Bytes()),
      .cursor = arguments.bytes_option("cursor").value_or(Bytes()),
      .limit = static_cast<std::uint32_t>(arguments.number("limit", 1, scan_items_max, scan_items_default)),
      .r = arguments.level("r"),
      .timeout = arguments.timeout()};
  // Good where some key of that bucket could begin so.
  const auto possible = ring::Key::make(scan.bucket, scan.prefix.empty() ? BytesView("any") : scan.prefix);
  if (!possible) arguments.fail(possible.error().code, possible.error().message);
  requests.emplace_back(std::move(scan));
}

void read_init(Arguments& arguments, Call&, Requests& requests) {
  port::InitRequest init;
  for (const BytesView peer : arguments.items(arguments.positional(0), "the founding peers", ring::members_max))
    init.peers.push_back(arguments.address(peer));
  requests.emplace_back(std::move(init));
}

void read_repair_now(Arguments& arguments, Call&, Requests& requests) {
  port::RepairNowRequest now;
  if (!arguments.option("partition").empty())
    now.partition =
        PartitionId{static_cast<std::uint16_t>(arguments.number("partition", 0, ring::partitions_max - 1, 0))};
  requests.emplace_back(now);
}

template <port::ChangeRequest::Kind kind>
void read_change(Arguments& arguments, Call&, Requests& requests) {
  requests.emplace_back(read_change_of_nodes(arguments, kind));
}

template <port::ChangeRequest (*read)(Arguments&)>
void read_change(Arguments& arguments, Call&, Requests& requests) {
  requests.emplace_back(read(arguments));
}

template <class Request>
void read_plain(Arguments&, Call&, Requests& requests) {
  requests.emplace_back(Request{});
}

struct Entry {
  std::string_view name;
  Method method;
  std::size_t positional_count;
  void (*read)(Arguments&, Call&, Requests&);
};

/// The busy ones first: the table is searched in order.
constexpr std::array entries{
    Entry{"kv.get", Method::kv_get, 1, read_get},
    Entry{"kv.put", Method::kv_put, 2, read_put},
    Entry{"kv.delete", Method::kv_delete, 1, read_delete},
    Entry{"kv.exists", Method::kv_exists, 1, read_get},
    Entry{"kv.mget", Method::kv_mget, 1, read_mget},
    Entry{"kv.mput", Method::kv_mput, 1, read_mput},
    Entry{"kv.scan", Method::kv_scan, 0, read_scan},
    Entry{"ping", Method::ping, 0, read_ping},
    Entry{"hello", Method::hello, 0, read_hello},
    Entry{"cluster.members", Method::cluster_members, 0, read_plain<port::MembersRequest>},
    Entry{"cluster.ring", Method::cluster_ring, 0, read_plain<port::RingRequest>},
    Entry{"cluster.status", Method::cluster_status, 0, read_plain<port::StatusRequest>},
    Entry{"cluster.init", Method::cluster_init, 1, read_init},
    Entry{"cluster.join", Method::cluster_change, 1, read_change<Kind::join>},
    Entry{"cluster.leave", Method::cluster_change, 1, read_change<Kind::leave>},
    Entry{"cluster.remove", Method::cluster_change, 1, read_change<Kind::remove>},
    Entry{"cluster.replace", Method::cluster_change, 2, read_change<read_replace>},
    Entry{"cluster.abort", Method::cluster_change, 0, read_change<read_abort>},
    Entry{"cluster.plan", Method::cluster_change, 0, read_change<read_plan>},
    Entry{"node.info", Method::node_info, 0, read_plain<port::InfoRequest>},
    Entry{"node.stats", Method::node_stats, 0, read_plain<port::StatsRequest>},
    Entry{"repair.status", Method::repair_status, 0, read_plain<port::RepairStatusRequest>},
    Entry{"repair.now", Method::repair_now, 0, read_repair_now},
};

Error unknown(BytesView method) {
  return {ErrorCode::unsupported, fmt::format("there is no method {}", quoted(method))};
}

}  // namespace

Result<Call> read_call(BytesView method, BytesView params, std::vector<port::ClientRequest>& requests) {
  const auto entry = std::ranges::find(entries, method, &Entry::name);
  if (entry == entries.end()) return std::unexpected(unknown(method));

  const std::size_t before = requests.size();
  Arguments arguments(params, entry->positional_count);
  Call call{.method = entry->method, .keys_only = false, .errors = {}};
  if (!arguments.error()) entry->read(arguments, call, requests);
  if (!arguments.error()) return call;
  requests.erase(requests.begin() + static_cast<std::ptrdiff_t>(before), requests.end());
  return std::unexpected(*arguments.error());
}

}  // namespace starling::gateway
