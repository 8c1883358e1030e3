#include "client/request.hpp"

#include "base/ensure.hpp"
#include "wire/msgpack_packer.hpp"

namespace starling::client {
namespace {

/// A map whose size is known only when its last entry is.
class OptionsMap {
 public:
  OptionsMap() = default;
  OptionsMap(const OptionsMap&) = delete;
  OptionsMap& operator=(const OptionsMap&) = delete;

  void add_number(std::string_view name, std::uint64_t value) { entry(name).pack(value); }
  void add_flag(std::string_view name) { entry(name).pack(true); }
  void add_bytes(std::string_view name, std::string_view value) {
    if (!value.empty()) wire::pack_bin(entry(name), value);
  }
  void add_level(std::string_view name, const api::Level& level) {
    switch (level.kind) {
      case api::Level::Kind::standard: break;
      case api::Level::Kind::one: wire::pack_str(entry(name), "one"); break;
      case api::Level::Kind::quorum: wire::pack_str(entry(name), "quorum"); break;
      case api::Level::Kind::all: wire::pack_str(entry(name), "all"); break;
      case api::Level::Kind::number: add_number(name, level.count); break;
    }
  }
  void add_terms(const RequestTerms& terms) {
    if (terms.timeout.count() > 0) add_number("timeout_ms", static_cast<std::uint64_t>(terms.timeout.count()));
    if (terms.request_id != 0) add_number("request_id", terms.request_id);
  }

  void finish(wire::Packer& packer, Bytes& out) const {
    packer.pack_map(count_);
    out.append(entries_);
  }

 private:
  wire::Packer& entry(std::string_view name) {
    ++count_;
    wire::pack_str(packer_, name);
    return packer_;
  }

  Bytes entries_;
  wire::BytesSink sink_{entries_};
  wire::Packer packer_{sink_};
  std::uint32_t count_{};
};

/// One array of `items` byte strings and the options.
template <class... Items>
Bytes pack_params(const OptionsMap& options, Items... items) {
  Bytes params;
  wire::BytesSink sink(params);
  wire::Packer packer(sink);
  packer.pack_array(sizeof...(items) + 1);
  (wire::pack_bin(packer, items), ...);
  options.finish(packer, params);
  return params;
}

void add_write(OptionsMap& map, const api::WriteOptions& options, const RequestTerms& terms) {
  map.add_bytes("bucket", options.bucket);
  map.add_bytes("context", options.context);
  map.add_level("w", options.w);
  if (options.sloppy) map.add_flag("sloppy");
  map.add_terms(terms);
}

}  // namespace

Bytes pack_hello(std::string_view client_name) {
  OptionsMap map;
  map.add_bytes("errors", "map");
  map.add_bytes("client", client_name);
  return pack_params(map);
}

Bytes pack_read(std::string_view key, const api::ReadOptions& options, const RequestTerms& terms) {
  OptionsMap map;
  map.add_bytes("bucket", options.bucket);
  map.add_level("r", options.r);
  map.add_terms(terms);
  return pack_params(map, key);
}

Bytes pack_put(std::string_view key, std::string_view value, const api::WriteOptions& options,
               const RequestTerms& terms) {
  OptionsMap map;
  add_write(map, options, terms);
  return pack_params(map, key, value);
}

Bytes pack_remove(std::string_view key, const api::WriteOptions& options, const RequestTerms& terms) {
  OptionsMap map;
  add_write(map, options, terms);
  return pack_params(map, key);
}

Bytes pack_scan(const api::ScanOptions& options, const RequestTerms& terms) {
  OptionsMap map;
  map.add_bytes("bucket", options.bucket);
  map.add_bytes("prefix", options.prefix);
  map.add_bytes("cursor", options.cursor);
  map.add_number("limit", options.limit);
  if (options.keys_only) map.add_flag("keys_only");
  map.add_terms(terms);
  return pack_params(map);
}

Bytes pack_init(std::span<const std::string> peer_addresses) {
  Bytes params;
  wire::BytesSink sink(params);
  wire::Packer packer(sink);
  packer.pack_array(1).pack_array(static_cast<std::uint32_t>(peer_addresses.size()));
  for (const std::string& address : peer_addresses) wire::pack_str(packer, address);
  return params;
}

Bytes pack_repair_now(std::optional<std::uint32_t> partition) {
  OptionsMap map;
  if (partition) map.add_number("partition", *partition);
  return pack_params(map);
}

std::string_view change_method(api::Change::Kind kind) {
  switch (kind) {
    case api::Change::Kind::join: return "cluster.join";
    case api::Change::Kind::leave: return "cluster.leave";
    case api::Change::Kind::remove: return "cluster.remove";
    case api::Change::Kind::replace: return "cluster.replace";
    case api::Change::Kind::abort: return "cluster.abort";
    case api::Change::Kind::rebalance: return "cluster.plan";
  }
  ensure(false, "a kind of change outside its enumeration");
  return "";
}

/// Of a replace each node is a parameter; of what takes many, all of them are one.
Bytes pack_change(const api::Change& change, const RequestTerms& terms) {
  using Kind = api::Change::Kind;
  const bool of_many = change.kind == Kind::join || change.kind == Kind::leave || change.kind == Kind::remove;
  const auto nodes = static_cast<std::uint32_t>(change.nodes.size());
  OptionsMap map;
  if (change.dry_run) map.add_flag("dry_run");
  if (change.force) map.add_flag("force");
  map.add_terms(terms);
  Bytes params;
  wire::BytesSink sink(params);
  wire::Packer packer(sink);
  packer.pack_array(of_many ? 2 : nodes + 1);
  if (of_many) packer.pack_array(nodes);
  for (const std::string& node : change.nodes) wire::pack_str(packer, node);
  map.finish(packer, params);
  return params;
}

Bytes pack_nothing() { return pack_params(OptionsMap{}); }

}  // namespace starling::client
