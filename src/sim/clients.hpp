#pragma once

#include <map>
#include <set>
#include <vector>

#include "sim/history.hpp"
#include "sim/world.hpp"

namespace starling::sim {

/// What the clients of a world do; drawn for each seed, so that each is one-sided in its own way.
struct Workload {
  std::size_t clients = 4;
  std::size_t keys = 3;
  Duration think_max = 60ms;
  std::uint32_t gets_percent = 40;
  std::uint32_t deletes_percent = 10;
  std::uint32_t blind_percent = 20;  ///< of the puts: without a context
  std::uint32_t weak_percent = 10;   ///< at r or w = one
  std::uint32_t strong_percent = 5;  ///< at r or w = all

  static Workload draw(Random& random);
};

/// Clients that write and read a few hot keys, one operation at a time each, at any node, and
/// write down what they did and were told.
class Clients {
 public:
  Clients(World& world, Workload workload, History& history);
  /// They go on until then.
  void start(Instant until);
  /// Nobody waits for an answer any more.
  bool idle() const { return waiting_ == 0; }

  /// One operation outside of the workload: of the last reads and writes.
  OpId get(std::size_t client, std::size_t host, std::size_t key, Op::Strength strength);
  OpId put(std::size_t client, std::size_t host, std::size_t key, Op::Strength strength, bool blind);
  OpId remove(std::size_t client, std::size_t host, std::size_t key, Op::Strength strength);

 private:
  /// The newest context that a client has for a key, and the puts it knows that covers.
  struct Known {
    Bytes context;
    std::set<OpId> covers;
  };

  void act(std::size_t client, Instant until);
  OpId note(Op op);
  OpId write(Op op, bool blind);
  void ask(OpId id, port::ClientRequest request);
  void on_answer(OpId id, const std::optional<port::ClientReply>& reply);
  void on_read(OpId id, const port::GetReply& reply);
  void on_written(OpId id, const port::PutReply& reply);
  Op::Strength draw_strength();

  World& world_;
  Workload workload_;
  History& history_;
  Random random_;
  std::map<std::pair<std::size_t, std::size_t>, Known> known_;  ///< by client and key
  std::map<OpId, Instant> until_;                               ///< the operations of the workload that are under way
  std::size_t waiting_{};
};

}  // namespace starling::sim
