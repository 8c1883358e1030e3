#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "node/config.hpp"
#include "port/notice.hpp"
#include "runtime/log.hpp"
#include "storage/engine.hpp"

namespace starling::runtime {

enum class EngineKind : std::uint8_t { sqlite, memory };

/// Everything that an operator decides about one node: the defaults, then a file, then flags.
struct Settings {
  struct {
    std::string name;  ///< empty: the host's name and the client port
    std::filesystem::path data_dir = "starling-data";
    std::string zone;
    std::uint32_t weight = 1;
  } node;
  struct {
    std::string client = "127.0.0.1:4701";
    std::string peer = "127.0.0.1:4702";
    bool insecure = false;  ///< other addresses than loopback, although nothing is encrypted yet
  } listen;
  struct {
    node::InitMode init = node::InitMode::automatic;
    bool join_at_once = true;        ///< else an operator says `kvcli cluster join`
    std::vector<std::string> seeds;  ///< HOST:PORT; names are resolved again and again
    std::uint32_t replicas = 3;
    std::uint32_t partitions = 256;
  } cluster;
  struct {
    port::QuorumLevel read{port::QuorumLevel::Kind::quorum, 0};
    port::QuorumLevel write{port::QuorumLevel::Kind::quorum, 0};
    Duration timeout = 2s;
  } quorum;
  struct {
    EngineKind engine = EngineKind::sqlite;
    storage::Durability durability = storage::Durability::full;
    std::uint64_t cache_bytes = 256ULL << 20;
    /// The part of the cache in which digests are remembered; the engine's pages have the rest.
    std::uint64_t digest_bytes() const { return cache_bytes / 8; }
  } storage;
  struct {
    std::uint32_t hints_max = 1'000'000;  ///< kept for nodes that were away, all together
  } handoff;
  struct {
    Duration interval = 10min;
    std::uint64_t rate_bytes = 10ULL << 20;  ///< per second
  } repair;
  struct {
    Duration period = 24h * 7;
  } scrub;
  struct {
    std::uint64_t rate_bytes = 100ULL << 20;  ///< per second
    Duration grace = 1h;                      ///< a former owner keeps what it has handed over for so long
  } transfer;
  struct {
    membership::Profile profile = membership::Profile::lan();
    std::optional<Duration> probe_period;  ///< the profile's, unless said otherwise
    std::optional<Duration> probe_timeout;
  } gossip;
  struct {
    port::Severity level = port::Severity::info;
    LogFormat format = LogFormat::text;
  } log;

  membership::Profile gossip_profile() const;
};

}  // namespace starling::runtime
