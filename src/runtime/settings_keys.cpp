#include "runtime/settings_keys.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/spelling.hpp"
#include "ring/ring.hpp"
#include "runtime/units.hpp"

namespace starling::runtime {

namespace {

template <class T>
using Choices = std::initializer_list<std::pair<std::string_view, T>>;

template <class T>
Result<> choose(T& into, std::string_view value, Choices<T> choices) {
  for (const auto& [name, meaning] : choices) {
    if (name != value) continue;
    into = meaning;
    return {};
  }
  std::vector<std::string> names;
  for (const auto& choice : choices) names.push_back(fmt::format("\"{}\"", choice.first));
  return fail(ErrorCode::invalid, fmt::format("\"{}\" is none of {}", value, fmt::join(names, ", ")));
}

Result<> set_number(std::uint32_t& into, std::string_view value, std::uint64_t least, std::uint64_t most) {
  const auto number = parse_number(value);
  if (!number) return std::unexpected(number.error());
  if (*number < least || *number > most)
    return fail(ErrorCode::invalid, fmt::format("{} is out of bounds: from {} to {}", *number, least, most));
  into = static_cast<std::uint32_t>(*number);
  return {};
}

/// Into a Duration, or an optional one.
template <class Into>
Result<> set_duration(Into& into, std::string_view value, Duration least, Duration most) {
  const auto duration = parse_duration(value);
  if (!duration) return std::unexpected(duration.error());
  const auto ms = [](Duration d) { return std::chrono::duration_cast<std::chrono::milliseconds>(d).count(); };
  if (*duration < least || *duration > most)
    return fail(ErrorCode::invalid, fmt::format("{} is out of bounds: from {}ms to {}ms", value, ms(least), ms(most)));
  into = *duration;
  return {};
}

Result<> set_level(port::QuorumLevel& into, std::string_view value) {
  using Kind = port::QuorumLevel::Kind;
  if (value == "one" || value == "quorum" || value == "all") {
    into = {value == "one" ? Kind::one : value == "all" ? Kind::all : Kind::quorum, 0};
    return {};
  }
  std::uint32_t number = 0;
  if (!set_number(number, value, 1, ring::members_max))
    return fail(ErrorCode::invalid,
                fmt::format("\"{}\" is neither \"one\", \"quorum\", \"all\" nor a number of replicas", value));
  into = {Kind::number, number};
  return {};
}

Result<> set_size(std::uint64_t& into, std::string_view value, std::uint64_t least) {
  const auto size = parse_size(value);
  if (!size) return std::unexpected(size.error());
  if (*size < least) return fail(ErrorCode::invalid, fmt::format("{} is too small: at least {} bytes", value, least));
  into = *size;
  return {};
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> items;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (comma > 0) items.emplace_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return items;
}

Result<> set_profile(membership::Profile& into, const std::string& value) {
  using membership::Profile;
  return choose(into, value, {{"lan", Profile::lan()}, {"wan", Profile::wan()}, {"local", Profile::local()}});
}

const std::array keys{
    Key{"node.name", KeyKind::text,
        [](Settings& s, const std::string& v) -> Result<> {
          if (v.size() > 64) return fail(ErrorCode::invalid, "a name has at most 64 bytes");
          s.node.name = v;
          return {};
        }},
    Key{"node.data_dir", KeyKind::text,
        [](Settings& s, const std::string& v) -> Result<> {
          if (v.empty()) return fail(ErrorCode::invalid, "the data directory needs a name");
          s.node.data_dir = v;
          return {};
        }},
    Key{"node.zone", KeyKind::text,
        [](Settings& s, const std::string& v) -> Result<> {
          if (v.size() > 64) return fail(ErrorCode::invalid, "a zone has at most 64 bytes");
          s.node.zone = v;
          return {};
        }},
    Key{"node.weight", KeyKind::number,
        [](Settings& s, const std::string& v) { return set_number(s.node.weight, v, 1, 1000); }},
    Key{"listen.client", KeyKind::text,
        [](Settings& s, const std::string& v) -> Result<> { return s.listen.client = v, Result<>(); }},
    Key{"listen.peer", KeyKind::text,
        [](Settings& s, const std::string& v) -> Result<> { return s.listen.peer = v, Result<>(); }},
    Key{"listen.insecure", KeyKind::flag,
        [](Settings& s, const std::string& v) {
          return choose<bool>(s.listen.insecure, v, {{"true", true}, {"false", false}});
        }},
    Key{"cluster.init", KeyKind::text,
        [](Settings& s, const std::string& v) {
          using node::InitMode;
          return choose<InitMode>(
              s.cluster.init, v,
              {{"auto", InitMode::automatic}, {"true", InitMode::always}, {"false", InitMode::never}});
        }},
    Key{"cluster.join", KeyKind::text,
        [](Settings& s, const std::string& v) {
          return choose<bool>(s.cluster.join_at_once, v, {{"auto", true}, {"manual", false}});
        }},
    Key{"cluster.seeds", KeyKind::list,
        [](Settings& s, const std::string& v) -> Result<> { return s.cluster.seeds = split(v), Result<>(); }},
    Key{"cluster.replicas", KeyKind::number,
        [](Settings& s, const std::string& v) { return set_number(s.cluster.replicas, v, 1, 16); }},
    Key{"cluster.partitions", KeyKind::number,
        [](Settings& s, const std::string& v) { return set_number(s.cluster.partitions, v, 1, ring::partitions_max); }},
    Key{"quorum.read", KeyKind::text, [](Settings& s, const std::string& v) { return set_level(s.quorum.read, v); }},
    Key{"quorum.write", KeyKind::text, [](Settings& s, const std::string& v) { return set_level(s.quorum.write, v); }},
    Key{"quorum.timeout", KeyKind::text,
        [](Settings& s, const std::string& v) { return set_duration(s.quorum.timeout, v, 10ms, 10min); }},
    Key{"storage.engine", KeyKind::text,
        [](Settings& s, const std::string& v) {
          return choose<EngineKind>(s.storage.engine, v,
                                    {{"sqlite", EngineKind::sqlite}, {"memory", EngineKind::memory}});
        }},
    Key{"storage.durability", KeyKind::text,
        [](Settings& s, const std::string& v) {
          using storage::Durability;
          return choose<Durability>(s.storage.durability, v,
                                    {{"full", Durability::full}, {"normal", Durability::normal}});
        }},
    Key{"storage.cache", KeyKind::text,
        [](Settings& s, const std::string& v) { return set_size(s.storage.cache_bytes, v, 1 << 20); }},
    Key{"storage.shards", KeyKind::number,
        [](Settings&, const std::string& v) -> Result<> {
          if (v == "1") return {};
          return fail(ErrorCode::invalid, "this version keeps one shard per node: 1 is the only value");
        }},
    Key{"handoff.max_hints", KeyKind::number,
        [](Settings& s, const std::string& v) { return set_number(s.handoff.hints_max, v, 0, 1'000'000'000); }},
    Key{"repair.interval", KeyKind::text,
        [](Settings& s, const std::string& v) { return set_duration(s.repair.interval, v, 1s, 24h * 365); }},
    Key{"repair.rate", KeyKind::text,
        [](Settings& s, const std::string& v) { return set_size(s.repair.rate_bytes, v, 64 << 10); }},
    Key{"scrub.period", KeyKind::text,
        [](Settings& s, const std::string& v) { return set_duration(s.scrub.period, v, 1min, 24h * 365); }},
    Key{"transfer.rate", KeyKind::text,
        [](Settings& s, const std::string& v) { return set_size(s.transfer.rate_bytes, v, 64 << 10); }},
    Key{"transfer.grace", KeyKind::text,
        [](Settings& s, const std::string& v) { return set_duration(s.transfer.grace, v, 0s, 24h * 365); }},
    Key{"gossip.profile", KeyKind::text,
        [](Settings& s, const std::string& v) { return set_profile(s.gossip.profile, v); }},
    Key{"gossip.probe_period", KeyKind::text,
        [](Settings& s, const std::string& v) { return set_duration(s.gossip.probe_period, v, 50ms, 1min); }},
    Key{"gossip.probe_timeout", KeyKind::text,
        [](Settings& s, const std::string& v) { return set_duration(s.gossip.probe_timeout, v, 10ms, 1min); }},
    Key{"log.level", KeyKind::text,
        [](Settings& s, const std::string& v) {
          using port::Severity;
          return choose<Severity>(s.log.level, v,
                                  {{"debug", Severity::debug},
                                   {"info", Severity::info},
                                   {"warning", Severity::warning},
                                   {"error", Severity::error}});
        }},
    Key{"log.format", KeyKind::text,
        [](Settings& s, const std::string& v) {
          return choose<LogFormat>(s.log.format, v, {{"text", LogFormat::text}, {"json", LogFormat::json}});
        }},
};

}  // namespace

std::span<const Key> known_keys() { return keys; }

const Key* find_key(std::string_view name) {
  const auto found = std::ranges::find(keys, name, &Key::name);
  return found == keys.end() ? nullptr : &*found;
}

std::string_view nearest_key(std::string_view name) {
  return std::ranges::min_element(keys, {}, [&](const Key& key) { return edits(name, key.name); })->name;
}

}  // namespace starling::runtime
