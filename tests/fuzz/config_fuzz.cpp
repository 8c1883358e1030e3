#include "fuzz.hpp"
#include "runtime/config.hpp"
#include "runtime/settings_keys.hpp"

/// A configuration file, then flags, one on each line.
namespace starling::fuzz {

namespace {

using runtime::Settings;

/// What the rest of the node takes for granted of an operator's wishes.
void check_bounds(const Settings& settings) {
  ensure(settings.node.name.size() <= 64 && settings.node.zone.size() <= 64, "a name over its bound");
  ensure(!settings.node.data_dir.empty(), "no data directory");
  ensure(settings.node.weight >= 1 && settings.node.weight <= 1000, "a weight out of bounds");
  ensure(settings.cluster.replicas >= 1 && settings.cluster.replicas <= 16, "replicas out of bounds");
  ensure(settings.cluster.partitions >= 1 && settings.cluster.partitions <= 4096, "partitions out of bounds");
  ensure(settings.quorum.timeout >= 10ms && settings.quorum.timeout <= 10min, "a time-out out of bounds");
  ensure(settings.storage.cache_bytes >= 1 << 20, "a cache out of bounds");
  const auto profile = settings.gossip_profile();
  ensure(profile.probe_period >= 50ms && profile.probe_timeout >= 10ms, "gossip out of bounds");
}

void check_accepted(const Settings& settings) {
  const auto client = parse_address(settings.listen.client);
  const auto peer = parse_address(settings.listen.peer);
  ensure(client && peer && *client && *peer, "an address that nobody can listen at");
  ensure(*client != *peer, "one address for two doors");
  ensure(settings.listen.insecure || (is_loopback(*client) && is_loopback(*peer)),
         "an open door that nobody asked for");
  ensure(settings.gossip_profile().probe_timeout <= settings.gossip_profile().probe_period, "a probe without end");
}

std::vector<std::string> lines_of(BytesView text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

void try_input(BytesView input) {
  const std::size_t end_of_file = std::min(input.find('\0'), input.size());
  Settings settings;
  const auto file = runtime::read_toml(settings, input.substr(0, end_of_file), "kvnode.toml");
  ensure(file || !file.error().message.empty(), "an error without words");
  check_bounds(settings);
  const auto flags = runtime::read_flags(settings, lines_of(input.substr(std::min(end_of_file + 1, input.size()))));
  ensure(flags || !flags.error().message.empty(), "an error without words");
  check_bounds(settings);
  if (runtime::check(settings)) check_accepted(settings);
}

}  // namespace starling::fuzz
