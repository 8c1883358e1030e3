#include "storage/boot.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <utility>

#include "base/byte_stream.hpp"
#include "base/planted.hpp"
#include "storage/kept_state.hpp"
#include "storage/records.hpp"
#include "storage/salvage.hpp"

namespace starling::storage {

namespace {

constexpr const char* identity_record = "storage.identity";
constexpr const char* identity_copy_record = "storage.identity_copy";
constexpr const char* clean_stop_record = "storage.clean_stop";
constexpr const char* place_record = "storage.place";

struct Identity {
  NodeId node;
  Generation generation;
};

Bytes encode(const Identity& identity) {
  ByteWriter out(16);
  out.fixed64(identity.node.value);
  out.fixed64(identity.generation.value);
  return std::move(out).take();
}

std::optional<Identity> decode_identity(BytesView bytes) {
  ByteReader in(bytes);
  const Identity identity{NodeId{in.fixed64()}, Generation{in.fixed64()}};
  if (!in.finished() || !identity.node) return std::nullopt;
  return identity;
}

using Records = std::map<std::string, Bytes>;

std::optional<Identity> take_identity(Records& records, const char* name) {
  const auto record = records.extract(name);
  return record ? decode_identity(record.mapped()) : std::nullopt;
}

/// One boot under way: what was found, and whether it can be trusted.
class Booting {
 public:
  Booting(Engine& engine, Random& random, Durability durability, std::uint64_t place)
      : engine_(engine), random_(random), durability_(durability), place_(place) {}

  Result<BootRecord> run() {
    Result<> done = read_records();
    if (done) done = write();
    // A sync that failed in an earlier life may have left a hole in the log that only the disk knows of:
    // the system reads it from its memory. What is appended behind it would go with the next loss of power.
    if (done) done = engine_.maintain(Engine::Pace::idle);
    if (!done) return std::unexpected(std::move(done.error()));
    return std::move(boot_);
  }

 private:
  Result<> read_records() {
    auto loaded = engine_.load_records();
    if (!loaded) return std::unexpected(std::move(loaded.error()));
    boot_.fresh = loaded->empty();
    for (auto& [name, sealed] : *loaded) {
      if (const auto bytes = unseal(sealed, hash64(name)))
        boot_.records.emplace(name, *bytes);
      else
        boot_.damage.push_back(fmt::format("the record \"{}\" was damaged", name));
    }
    find_identity();
    find_place();
    find_losses();
    return {};
  }

  void find_identity() {
    auto first = take_identity(boot_.records, identity_record);
    auto second = take_identity(boot_.records, identity_copy_record);
    const auto stop = boot_.records.extract(clean_stop_record);
    doubt_all_ = !first || !second;
    if (!first && !second) {
      if (!boot_.fresh) boot_.damage.push_back("the node's identity could not be read: it is a new node now");
      first = Identity{NodeId{random_.nonzero()}, Generation{}};
    } else if (doubt_all_) {
      boot_.damage.push_back("one copy of the node's identity was lost, and replaced from the other");
    }
    const Identity& identity = first ? *first : *second;
    boot_.node = identity.node;
    boot_.generation = Generation{identity.generation.value + 1};
    boot_.nonce = random_.nonzero();
    boot_.unclean_stop = !boot_.fresh && !stop;
    doubt_all_ |= boot_.unclean_stop && durability_ == Durability::normal;
  }

  void find_place() {
    const auto record = boot_.records.extract(place_record);
    if (place_ == 0 || boot_.fresh) return;
    boot_.elsewhere = !record || record.mapped() != encoded_place();
    doubt_all_ |= boot_.elsewhere;
  }

  void find_losses() {
    if (const auto record = boot_.records.extract(lost_ranges_record))
      boot_.lost = decode_ranges(record.mapped()).value_or(std::vector{TokenRange{Token{}, Token{~0ULL}}});
  }

  Bytes encoded_place() const {
    ByteWriter out(8);
    out.fixed64(place_);
    return std::move(out).take();
  }

  Result<> write() {
    auto done = engine_.begin();
    if (done) done = write_identity();
    if (done) done = write_states();
    if (done) done = engine_.commit();
    if (!done) engine_.rollback();
    return done;
  }

  Result<> write_identity() {
    const Generation reached = planted(Bug::generation_not_saved) ? Generation{} : boot_.generation;
    const Bytes bytes = encode(Identity{boot_.node, reached});
    Result<> done = save_sealed_record(engine_, identity_record, bytes);
    if (done) done = save_sealed_record(engine_, identity_copy_record, bytes);
    if (done && place_ != 0) done = save_sealed_record(engine_, place_record, encoded_place());
    if (done) done = engine_.save_record(clean_stop_record, {});
    return done;
  }

  Result<> write_states() {
    auto states = engine_.load_states();
    if (!states) return std::unexpected(std::move(states.error()));
    if (!states->complete) {
      boot_.damage.push_back("the newest states of some partitions were damaged");
      doubt_all_ = true;
    }
    std::vector<Engine::StateRow> changed;
    for (auto& [partition, sealed] : states->rows) {
      auto kept = decode_kept(partition, sealed);
      if (kept && !(doubt_all_ && kept->state.actor())) continue;
      if (!kept)
        boot_.damage.push_back(fmt::format("what partition {} has seen was damaged: it starts anew", partition.value));
      causal::PartitionState next = std::move(kept).value_or(KeptState{}).state;
      next.doubt_actor();
      changed.emplace_back(partition, encode_kept(partition, next));
    }
    return changed.empty() ? Result<>{} : engine_.save_states(changed);
  }

  Engine& engine_;
  Random& random_;
  Durability durability_;
  std::uint64_t place_;
  BootRecord boot_;
  bool doubt_all_{};
};

}  // namespace

Result<BootRecord> boot(Engine& engine, Random& random, Durability durability, std::uint64_t place) {
  return Booting(engine, random, durability, place).run();
}

Result<> mark_clean_stop(Engine& engine) {
  auto done = engine.begin();
  if (done) done = save_sealed_record(engine, clean_stop_record, "clean");
  if (done) done = engine.commit();
  if (!done) engine.rollback();
  return done;
}

}  // namespace starling::storage
