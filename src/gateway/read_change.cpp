#include "gateway/read_change.hpp"

#include <fmt/format.h>

#include <array>

#include "ring/member.hpp"
#include "wire/msgpack_reader.hpp"

namespace starling::gateway {

namespace {

using Kind = port::ChangeRequest::Kind;

/// Longer than any name, id or address.
constexpr std::size_t name_bytes_max = 255;

port::NodeName read_node(Arguments& arguments, BytesView encoded) {
  const BytesView words = arguments.bytes(encoded, "a node");
  if (words.empty() || words.size() > name_bytes_max)
    arguments.fail(ErrorCode::invalid, fmt::format("a node is named by 1 to {} bytes: its name, its id, or the "
                                                   "host:port of its peer address",
                                                   name_bytes_max));
  port::NodeName name{.words = std::string(words), .address = {}};
  if (const auto address = parse_address(words)) name.address = *address;
  return name;
}

/// One node, or an array of them.
std::vector<port::NodeName> read_nodes(Arguments& arguments, BytesView encoded) {
  if (wire::Reader(encoded).peek() == wire::Kind::bytes) return {read_node(arguments, encoded)};
  std::vector<port::NodeName> nodes;
  for (const BytesView node : arguments.items(encoded, "the nodes", ring::members_max))
    nodes.push_back(read_node(arguments, node));
  if (nodes.empty()) arguments.fail(ErrorCode::invalid, "name at least one node");
  return nodes;
}

/// What every change may say of itself.
port::ChangeRequest with_options(Arguments& arguments, Kind kind, std::vector<port::NodeName> nodes) {
  return {.kind = kind,
          .nodes = std::move(nodes),
          .dry_run = arguments.flag("dry_run"),
          .force = kind == Kind::remove && arguments.flag("force"),
          .timeout = arguments.timeout()};
}

bool has_option(const Arguments& arguments, std::string_view name) {
  const BytesView encoded = arguments.option(name);
  return !encoded.empty() && wire::Reader(encoded).peek() != wire::Kind::nil;
}

struct Planned {
  std::string_view option;
  Kind kind;
};
constexpr std::array planned{Planned{"join", Kind::join}, Planned{"leave", Kind::leave},
                             Planned{"remove", Kind::remove}, Planned{"replace", Kind::replace}};

}  // namespace

port::ChangeRequest read_change_of_nodes(Arguments& arguments, Kind kind) {
  return with_options(arguments, kind, read_nodes(arguments, arguments.positional(0)));
}

port::ChangeRequest read_replace(Arguments& arguments) {
  auto old = read_node(arguments, arguments.positional(0));
  auto young = read_node(arguments, arguments.positional(1));
  return with_options(arguments, Kind::replace, {std::move(old), std::move(young)});
}

port::ChangeRequest read_abort(Arguments& arguments) {
  auto request = with_options(arguments, Kind::abort, {});
  if (request.dry_run) arguments.fail(ErrorCode::invalid, "an abort moves nothing, so there is no dry run of it");
  return request;
}

port::ChangeRequest read_plan(Arguments& arguments) {
  Kind kind = Kind::rebalance;
  std::vector<port::NodeName> nodes;
  for (const auto& [option, of_option] : planned) {
    if (!has_option(arguments, option)) continue;
    if (kind != Kind::rebalance)
      arguments.fail(ErrorCode::invalid, "plan one of join, leave, remove and replace at a time");
    kind = of_option;
    nodes = read_nodes(arguments, arguments.option(option));
  }
  if (kind == Kind::replace && nodes.size() != 2)
    arguments.fail(ErrorCode::invalid, "replace names two nodes: the old one, then the new one");
  auto request = with_options(arguments, kind, std::move(nodes));
  request.dry_run = true;
  return request;
}

}  // namespace starling::gateway
