#include "runtime/config.hpp"

#include <doctest/doctest.h>

#include "runtime/settings_keys.hpp"
#include "runtime/units.hpp"

using namespace starling;
using namespace starling::runtime;

namespace {

std::string error_of(std::string_view toml) {
  Settings settings;
  auto read = read_toml(settings, toml, "node.toml");
  if (read) read = check(settings);
  return read ? "" : read.error().message;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a file sets what it names and leaves the rest at its defaults") {
  Settings settings;
  const auto read = read_toml(settings, R"(
    [node]
    name = "a"
    [cluster]
    init = false
    join = "manual"
    seeds = ["127.0.0.1:4702", "seed.example:4702"]
    [quorum]
    read = 1
    timeout = "500ms"
    [storage]
    cache = "64MiB"
    [handoff]
    max_hints = 5
    [repair]
    interval = "1m"
    rate = "1MiB"
    [scrub]
    period = "2h"
    [transfer]
    rate = "2MiB"
    grace = "5m"
  )",
                              "node.toml");
  REQUIRE(read);
  CHECK(settings.node.name == "a");
  CHECK(settings.cluster.init == node::InitMode::never);
  CHECK_FALSE(settings.cluster.join_at_once);
  CHECK(settings.cluster.seeds == std::vector<std::string>{"127.0.0.1:4702", "seed.example:4702"});
  CHECK(settings.quorum.read.kind == port::QuorumLevel::Kind::number);
  CHECK(settings.quorum.read.number == 1);
  CHECK(settings.quorum.write.kind == port::QuorumLevel::Kind::quorum);
  CHECK(settings.quorum.timeout == 500ms);
  CHECK(settings.storage.cache_bytes == 64ULL << 20);
  CHECK(settings.handoff.hints_max == 5);
  CHECK(settings.repair.interval == 1min);
  CHECK(settings.repair.rate_bytes == 1ULL << 20);
  CHECK(settings.scrub.period == 2h);
  CHECK(settings.transfer.rate_bytes == 2ULL << 20);
  CHECK(settings.transfer.grace == 5min);
  CHECK(settings.listen.client == "127.0.0.1:4701");
  CHECK(check(settings));
}

TEST_CASE("an unknown key is refused with its line and the nearest known key") {
  const std::string error = error_of("[node]\nname = \"a\"\ndata_dri = \"x\"\n");
  CHECK(contains(error, "node.toml:3"));
  CHECK(contains(error, "node.data_dri"));
  CHECK(contains(error, "node.data_dir"));
}

TEST_CASE("an unknown section is refused as its keys are") {
  CHECK(contains(error_of("[listne]\nclient = \"127.0.0.1:1\"\n"), "'listen.client'"));
}

TEST_CASE("a node joins by itself unless it is told to wait for an operator") {
  CHECK(Settings{}.cluster.join_at_once);
  CHECK(contains(error_of("[cluster]\njoin = \"later\"\n"), "\"auto\", \"manual\""));
}

TEST_CASE("keys of what is not served yet are unknown") {
  CHECK(contains(error_of("[listen]\nhttp = \"127.0.0.1:4703\"\n"), "unknown key 'listen.http'"));
}

TEST_CASE("a wrong type is refused with the line and the type that is wanted") {
  CHECK(contains(error_of("[cluster]\n\nreplicas = \"3\"\n"),
                 "node.toml:3: cluster.replicas: the value must be a whole number"));
  CHECK(contains(error_of("[node]\nname = 5\n"), "string"));
  CHECK(contains(error_of("[cluster]\nseeds = \"127.0.0.1:1\"\n"), "list"));
  CHECK(contains(error_of("[listen]\ninsecure = \"yes\"\n"), "true or false"));
  CHECK(contains(error_of("[storage]\ncache = 1000\n"), "string"));
}

TEST_CASE("a value out of bounds is refused with the bounds") {
  CHECK(contains(error_of("[cluster]\nreplicas = 0\n"), "from 1 to 16"));
  CHECK(contains(error_of("[cluster]\npartitions = 4097\n"), "from 1 to 4096"));
  CHECK(contains(error_of("[cluster]\nreplicas = -1\n"), "-1"));
  CHECK(contains(error_of("[quorum]\ntimeout = \"1ms\"\n"), "from 10ms to 600000ms"));
  CHECK(contains(error_of("[storage]\nengine = \"rocks\"\n"), "\"sqlite\", \"memory\""));
}

TEST_CASE("a refused value leaves the setting as it was") {
  Settings settings;
  CHECK_FALSE(read_toml(settings, "[gossip]\nprobe_timeout = \"2lans\"\n", "node.toml"));
  CHECK_FALSE(settings.gossip.probe_timeout.has_value());
}

TEST_CASE("a probe must end before the next begins, whatever the order of the keys") {
  const std::string error = error_of("[gossip]\nprobe_timeout = \"2s\"\nprofile = \"local\"\n");
  CHECK(contains(error, "gossip.probe_timeout must not be above gossip.probe_period"));
  CHECK(error_of("[gossip]\nprobe_timeout = \"2s\"\nprobe_period = \"3s\"\nprofile = \"local\"\n").empty());
}

TEST_CASE("broken TOML is refused with the line") { CHECK(contains(error_of("[node]\nname = \"a\n"), "node.toml:2")); }

TEST_CASE("an address beyond loopback is refused unless the operator insists, and a wildcard always") {
  CHECK(contains(error_of("[listen]\nclient = \"192.0.2.1:4701\"\n"), "listen.insecure"));
  CHECK(error_of("[listen]\nclient = \"192.0.2.1:4701\"\ninsecure = true\n").empty());
  CHECK(contains(error_of("[listen]\npeer = \"0.0.0.0:4702\"\ninsecure = true\n"), "others can reach"));
  CHECK(contains(error_of("[listen]\npeer = \"127.0.0.1:4701\"\n"), "two addresses"));
}

TEST_CASE("an address is judged by what it means, however it is written") {
  CHECK(contains(error_of("[listen]\npeer = \"[0::0]:4702\"\ninsecure = true\n"), "others can reach"));
  CHECK(contains(error_of("[listen]\npeer = \"[::ffff:0.0.0.0]:4702\"\ninsecure = true\n"), "others can reach"));
  CHECK(contains(error_of("[listen]\npeer = \"[::ffff:127.0.0.1]:4701\"\n"), "two addresses"));
}

TEST_CASE("every key is a flag, in both spellings, and flags come after the file") {
  Settings settings;
  const std::vector<std::string> flags{"--node.name",    "b",     "--cluster.seeds=127.0.0.1:1,127.0.0.1:2",
                                       "--cluster.init", "false", "--listen.insecure=true",
                                       "--quorum.write", "all"};
  REQUIRE(read_toml(settings, "[node]\nname = \"a\"\n", "node.toml"));
  REQUIRE(read_flags(settings, flags));
  CHECK(settings.node.name == "b");
  CHECK(settings.cluster.seeds.size() == 2);
  CHECK(settings.cluster.init == node::InitMode::never);
  CHECK(settings.listen.insecure);
  CHECK(settings.quorum.write.kind == port::QuorumLevel::Kind::all);
}

TEST_CASE("a wrong flag is refused in words") {
  const auto error = [](std::vector<std::string> flags) {
    Settings settings;
    const auto read = read_flags(settings, flags);
    return read ? std::string() : read.error().message;
  };
  CHECK(contains(error({"--listen.cleint", "x"}), "did you mean 'listen.client'"));
  CHECK(contains(error({"--listen.client"}), "needs a value"));
  CHECK(contains(error({"serve"}), "not a flag"));
  CHECK(contains(error({"--cluster.replicas", "many"}), "whole number"));
}

TEST_CASE("every known key has a name with a section and is found by it") {
  for (const Key& key : known_keys()) {
    CHECK(contains(std::string(key.name), "."));
    CHECK(find_key(key.name) == &key);
    CHECK(nearest_key(key.name) == key.name);
  }
}

TEST_CASE("durations and sizes need their units, and must fit") {
  CHECK(parse_duration("250ms") == Duration(250ms));
  CHECK(parse_duration("2h") == Duration(2h));
  CHECK_FALSE(parse_duration("2"));
  CHECK_FALSE(parse_duration("s"));
  CHECK_FALSE(parse_duration("2 s"));
  CHECK_FALSE(parse_duration("9999999999999h"));
  CHECK(parse_size("2GiB") == 2ULL << 30);
  CHECK(parse_size("17") == 17);
  CHECK_FALSE(parse_size("2GB"));
  CHECK_FALSE(parse_size("99999999999999999999"));
  CHECK_FALSE(parse_number("1KiB"));
}
