#include <array>

#include "base/hash.hpp"
#include "fuzz.hpp"
#include "node/memory_of_cluster.hpp"
#include "node/node.hpp"
#include "node/peer_book.hpp"
#include "storage/boot.hpp"
#include "storage/memory/memory_engine.hpp"
#include "storage/records.hpp"
#include "topology/cluster_record.hpp"

/// A data directory as a disk may hand it back: records and states of partitions with any contents.
namespace starling::fuzz {

namespace {

using storage::MemoryEngine;

constexpr std::uint8_t is_state = 0x80;
constexpr std::uint8_t is_sealed = 0x40;

/// Known names, so that what they mean is read too.
constexpr std::array<const char*, 8> names{
    "storage.identity", "storage.identity_copy", "storage.clean_stop", "cluster", "ring", "founding", "peers", "other"};

/// Most damage is seen by its seal; what is not must do no harm either.
void write(MemoryEngine& engine, std::uint8_t how, BytesView contents) {
  Bytes bytes(contents);
  const PartitionId partition{static_cast<std::uint16_t>(how & 0x3fU)};
  const char* name = names[how % names.size()];
  if (how & is_sealed) storage::seal(bytes, how & is_state ? partition.value : hash64(name));
  ensure(engine.begin().has_value(), "a transaction is refused");
  const storage::Engine::StateRow state{partition, bytes};
  const auto saved = how & is_state ? engine.save_states({&state, 1}) : engine.save_record(name, bytes);
  ensure(saved && engine.commit(), "a write is refused");
}

storage::BootRecord boot_once(MemoryEngine& engine, std::uint64_t seed) {
  Random random(seed);
  auto boot = storage::boot(engine, random, storage::Durability::normal);
  ensure(boot.has_value(), "what cannot be read keeps a node from starting");
  ensure(bool(boot->node), "a node without an identity");
  return std::move(*boot);
}

/// What a record means does not change on its way to the disk and back.
void check_memory(const storage::BootRecord& boot) {
  const auto memory = node::recall(boot);
  ensure(memory.cluster.has_value() == memory.ring.has_value(), "half a memory of the cluster");
  if (!memory.cluster) return;
  ensure(topology::encode(*memory.cluster) == boot.records.at("cluster"),
         "the record of the cluster has two encodings");
  ensure(encode(*memory.ring) == boot.records.at("ring"), "the ring has two encodings");
  const auto known = node::known_members(boot, *memory.cluster);
  ensure(node::decode_book(node::encode_book(known)) == known, "the book of peers does not come back");
}

/// It starts with what it remembers, or says what is wrong.
void start_node(const storage::BootRecord& boot) {
  node::Config config;
  config.init = node::InitMode::never;
  node::Node node(config, boot, Random(1));
  port::Outbox out;
  node.start(Instant{}, out);
  for (const auto& effect : out.effects())
    if (const auto* halt = std::get_if<port::Halt>(&effect))
      ensure(halt->failed && !halt->why.empty(), "a silent halt");
}

}  // namespace

void try_input(BytesView input) {
  MemoryEngine engine;
  for (Pieces pieces(input); !pieces.empty();) {
    const std::uint8_t how = pieces.byte();
    write(engine, how, pieces.chunk());
  }
  const auto first = boot_once(engine, 1);
  check_memory(first);
  start_node(first);
  ensure(storage::mark_clean_stop(engine).has_value(), "a clean stop is refused");

  const auto second = boot_once(engine, 2);
  ensure(second.node == first.node && second.generation.value == first.generation.value + 1, "an identity was lost");
  ensure(!second.unclean_stop && !second.fresh, "a clean stop was forgotten");
  ensure(second.damage.size() <= first.damage.size(), "damage was not mended");
}

}  // namespace starling::fuzz
