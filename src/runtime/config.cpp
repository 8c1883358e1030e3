#include "runtime/config.hpp"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <fstream>
#include <sstream>

#include "runtime/settings_keys.hpp"

namespace starling::runtime {

namespace {

Error unknown_key(std::string_view name) {
  return {ErrorCode::invalid, fmt::format("unknown key '{}'; did you mean '{}'?", name, nearest_key(name))};
}

Result<std::string> wrong_type(std::string_view expected) {
  return fail(ErrorCode::invalid, fmt::format("the value must be {}", expected));
}

Result<std::string> list_text(const toml::array* items) {
  if (items == nullptr) return wrong_type("a list of strings, like [\"127.0.0.1:4702\"]");
  std::string text;
  for (const toml::node& item : *items) {
    const auto entry = item.value_exact<std::string>();
    if (!entry) return wrong_type("a list of strings, like [\"127.0.0.1:4702\"]");
    text += *entry + ",";
  }
  return text;
}

/// The value of a key as a flag would have it, if its type is the key's.
Result<std::string> value_text(const Key& key, const toml::node& value) {
  switch (key.kind) {
    case KeyKind::text:
      // cluster.init = true and quorum.read = 2 read better without quotes, and mean the same.
      if (const auto text = value.value_exact<std::string>()) return *text;
      if (key.name == "cluster.init" && value.is_boolean()) return value.value_or(false) ? "true" : "false";
      if (key.name.starts_with("quorum.") && value.is_integer()) return fmt::to_string(value.value_or(std::int64_t{}));
      return wrong_type("a string in double quotes");
    case KeyKind::number:
      if (!value.is_integer()) return wrong_type("a whole number");
      return fmt::to_string(value.value_or(std::int64_t{}));
    case KeyKind::flag:
      if (!value.is_boolean()) return wrong_type("true or false");
      return value.value_or(false) ? "true" : "false";
    case KeyKind::list: return list_text(value.as_array());
  }
  return wrong_type("of another type");
}

Result<> set_from_toml(Settings& settings, const std::string& name, const toml::node& value) {
  const Key* key = find_key(name);
  if (key == nullptr) return std::unexpected(unknown_key(name));
  auto text = value_text(*key, value);
  auto set = text ? key->set(settings, *text) : Result<>(std::unexpected(text.error()));
  if (!set) return fail(ErrorCode::invalid, fmt::format("{}: {}", name, set.error().message));
  return {};
}

Result<> read_table(Settings& settings, const toml::table& table, const std::string& prefix, std::string_view file) {
  for (const auto& [key, value] : table) {
    const std::string name = prefix + std::string(key.str());
    const toml::table* section = value.as_table();
    auto read = section != nullptr && prefix.empty() ? read_table(settings, *section, name + ".", file)
                                                     : set_from_toml(settings, name, value);
    if (read) continue;
    if (section != nullptr) return read;  // the line is there already
    return fail(ErrorCode::invalid, fmt::format("{}:{}: {}", file, key.source().begin.line, read.error().message));
  }
  return {};
}

/// The address that `value` means, if this node may listen there.
Result<Address> check_listen(const Settings& settings, std::string_view key, const std::string& value) {
  auto address = parse_address(value);
  if (!address) return fail(ErrorCode::invalid, fmt::format("{}: {}", key, address.error().message));
  if (is_loopback(*address)) return address;
  if (!settings.listen.insecure)
    return fail(
        ErrorCode::invalid,
        fmt::format("{}: {} is not a loopback address, and nothing that this version sends or takes is encrypted "
                    "or authenticated. Use 127.0.0.1, or set listen.insecure = true if everybody who can reach "
                    "{} may read and change all data",
                    key, value, value));
  const std::string plain = to_string(*address);
  if (plain.starts_with("0.0.0.0:") || plain.starts_with("[::]:"))
    return fail(ErrorCode::invalid,
                fmt::format("{}: {} is no address that others can reach: name the one that they know", key, value));
  return address;
}

}  // namespace

membership::Profile Settings::gossip_profile() const {
  membership::Profile profile = gossip.profile;
  profile.probe_period = gossip.probe_period.value_or(profile.probe_period);
  profile.probe_timeout = gossip.probe_timeout.value_or(profile.probe_timeout);
  return profile;
}

Result<> read_toml(Settings& settings, std::string_view text, std::string_view file) {
  try {
    return read_table(settings, toml::parse(text), "", file);
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::invalid, fmt::format("{}:{}: {}", file, error.source().begin.line, error.description()));
  }
}

Result<> read_flags(Settings& settings, std::span<const std::string> flags) {
  for (std::size_t i = 0; i < flags.size(); ++i) {
    const std::string& flag = flags[i];
    if (!flag.starts_with("--"))
      return fail(ErrorCode::invalid, fmt::format("'{}' is not a flag: write --section.key VALUE", flag));
    const std::size_t equals = std::min(flag.find('='), flag.size());
    const std::string name = flag.substr(2, equals - 2);
    const Key* key = find_key(name);
    if (key == nullptr) return std::unexpected(unknown_key(name));
    if (equals == flag.size() && i + 1 == flags.size())
      return fail(ErrorCode::invalid, fmt::format("--{} needs a value", name));
    const std::string value = equals < flag.size() ? flag.substr(equals + 1) : flags[++i];
    if (auto set = key->set(settings, value); !set)
      return fail(ErrorCode::invalid, fmt::format("--{}: {}", name, set.error().message));
  }
  return {};
}

Result<> check(const Settings& settings) {
  const auto client = check_listen(settings, "listen.client", settings.listen.client);
  if (!client) return std::unexpected(client.error());
  const auto peer = check_listen(settings, "listen.peer", settings.listen.peer);
  if (!peer) return std::unexpected(peer.error());
  if (*client == *peer) return fail(ErrorCode::invalid, "listen.client and listen.peer must be two addresses");
  if (const auto profile = settings.gossip_profile(); profile.probe_timeout > profile.probe_period)
    return fail(
        ErrorCode::invalid,
        "gossip.probe_timeout must not be above gossip.probe_period: a probe has to end before the next begins");
  for (const std::string& seed : settings.cluster.seeds)
    if (seed.find(':') == std::string::npos)
      return fail(ErrorCode::invalid, fmt::format("cluster.seeds: '{}' has no port: write HOST:PORT", seed));
  return {};
}

Result<Settings> load_settings(const std::optional<std::string>& file, std::span<const std::string> flags) {
  Settings settings;
  if (file) {
    std::ifstream in(*file);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in)
      return fail(ErrorCode::invalid, fmt::format("cannot read the configuration file {}: is the name right?", *file));
    if (auto read = read_toml(settings, text.str(), *file); !read) return std::unexpected(read.error());
  }
  if (auto read = read_flags(settings, flags); !read) return std::unexpected(read.error());
  if (auto checked = check(settings); !checked) return std::unexpected(checked.error());
  return settings;
}

}  // namespace starling::runtime
