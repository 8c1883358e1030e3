#include "runtime/serve.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>

#include "runtime/driver.hpp"
#include "runtime/open_storage.hpp"
#include "runtime/process.hpp"
#include "runtime/resolver.hpp"
#include "storage/boot.hpp"
#include "storage/shard.hpp"

namespace starling::runtime {

namespace {

std::string name_for(const Settings& settings, const Address& client) {
  if (!settings.node.name.empty()) return settings.node.name;
  std::array<char, 64> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) return fmt::format("node-{}", client.port);
  return fmt::format("{}-{}", host.data(), client.port);
}

/// The addresses were checked with the settings.
node::Config node_config(const Settings& settings, std::vector<Address> seeds) {
  const Address client = parse_address(settings.listen.client).value();
  const bool seeds_named = seeds.size() < settings.cluster.seeds.size();
  return {.name = name_for(settings, client),
          .zone = settings.node.zone,
          .weight = settings.node.weight,
          .peer = parse_address(settings.listen.peer).value(),
          .client = client,
          .init = settings.cluster.init,
          .join_at_once = settings.cluster.join_at_once,
          .seeds = std::move(seeds),
          .seeds_named = seeds_named,
          .replicas = settings.cluster.replicas,
          .partitions = settings.cluster.partitions,
          .read = settings.quorum.read,
          .write = settings.quorum.write,
          .timeout = settings.quorum.timeout,
          .gossip = settings.gossip_profile(),
          .transfer = {.rate = settings.transfer.rate_bytes, .leftover_grace = settings.transfer.grace},
          .repair = {.interval = settings.repair.interval,
                     .rate = settings.repair.rate_bytes,
                     .scrub_period = settings.scrub.period}};
}

void report_boot(const storage::BootRecord& boot, Log& log) {
  if (boot.fresh) log.info("the data directory is new: this is a new node");
  if (boot.unclean_stop) log.info("the last stop was not a clean one");
  for (const std::string& damage : boot.damage) log.warning(damage);
}

/// From the first packet to the last, on an open directory. The disk thread has ended when this returns.
Result<> run(const Settings& settings, ShardLane& lane, const storage::BootRecord& boot, Log& log, Random& random) {
  const node::Config config = node_config(settings, numeric_seeds(settings.cluster.seeds));
  Loop loop;
  node::Node node(config, boot, random.fork());
  Driver driver(loop, log, node, lane, {.node = boot.node, .generation = boot.generation, .peer = config.peer},
                random.fork());
  if (auto listening = driver.listen(config.peer, config.client); !listening) return listening;
  Resolver resolver(loop, driver, log, settings.cluster.seeds);
  StopSignals signals(loop, [&] {
    log.announce("stopping");
    notify_service_manager("STOPPING=1");
    driver.stop();
  });
  driver.on_ready([&] {
    log.announce(fmt::format("ready: node {} serves clients on {} and peers on {}", config.name,
                             to_string(config.client), to_string(config.peer)));
    notify_service_manager("READY=1");
  });

  log.announce(fmt::format("node {} ({}) listens for clients on {} and peers on {}", config.name, to_string(boot.node),
                           to_string(config.client), to_string(config.peer)));
  driver.start();
  resolver.start();
  loop.run();
  if (driver.halted() && driver.halted()->failed) return fail(ErrorCode::storage_failed, driver.halted()->why);
  return {};
}

}  // namespace

Result<> serve(const Settings& settings) {
  prepare_process();
  Random random = seeded_random();
  auto opened = open_storage(settings, random);
  if (!opened) return std::unexpected(opened.error());
  auto& [engine, boot] = *opened;
  auto shard = storage::Shard::open(*engine, random.fork(),
                                    {.digests = settings.storage.digest_bytes() / storage::DigestCache::entry_bytes,
                                     .hints_max = settings.handoff.hints_max});
  if (!shard) {
    doubt_storage(settings);
    return std::unexpected(shard.error());
  }

  Log log(settings.log.level, settings.log.format, to_string(boot.node));
  report_boot(boot, log);
  ShardLane lane(*engine, *shard);
  auto ran = run(settings, lane, boot, log, random);
  if (shard->poisoned()) {
    doubt_storage(settings);
    return ran;
  }
  if (auto marked = storage::mark_clean_stop(*engine); !marked && ran) return marked;
  if (ran) log.announce("stopped");
  return ran;
}

}  // namespace starling::runtime
