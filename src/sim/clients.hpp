#pragma once

#include <functional>
#include <map>
#include <set>
#include <vector>

#include "sim/history.hpp"
#include "sim/workload.hpp"
#include "sim/world.hpp"

namespace starling::sim {

/// Clients that write and read a few keys, one operation at a time each, at one node or another,
/// and write down what they did and were told. Nothing of what a context means do they take from a
/// node's word: it covers what was read with it.
class Clients {
 public:
  using Strength = Op::Strength;

  Clients(World& world, Workload workload, History& history);
  /// They go on until then.
  void start(Instant until);
  /// Or until now.
  void stop() { stopped_ = true; }
  /// Nobody waits for an answer any more.
  bool idle() const { return waiting_ == 0; }

  /// One operation outside of the workload, asked once.
  OpId get(std::size_t client, HostIndex host, std::size_t key, Strength strength);
  OpId put(std::size_t client, HostIndex host, std::size_t key, Strength strength, bool blind, bool sloppy = false);
  OpId remove(std::size_t client, HostIndex host, std::size_t key, Strength strength, bool sloppy = false);
  /// Without a context, so that the node reads one first.
  OpId remove_unread(std::size_t client, HostIndex host, std::size_t key, Strength strength);
  /// The same write once more. Its client must be one that tries again, so that it has a request id.
  void again(OpId write, HostIndex host);

 private:
  /// The context that a client has for a key, the puts it knows that covers, and the adds in their values.
  struct Known {
    Bytes context;
    std::set<OpId> covers;
    std::set<OpId> adds;
    Instant since;
  };
  /// What an operation asks for, and what its client does when it is over.
  struct Pursuit {
    port::ClientRequest request;
    std::uint32_t attempts_left{};
    std::function<void()> then;
  };

  void act(std::size_t client, Instant until);
  OpId act_on(std::size_t client, HostIndex host, std::size_t key);
  OpId note(Op op);
  OpId write(Op op, HostIndex host, const Known& over);
  Known known(std::size_t client, std::size_t key) const;
  void learn(const Op& op, Known known);
  OpId pursue(OpId id, HostIndex host, port::ClientRequest request);
  void attempt(OpId id, HostIndex host);
  void on_answer(OpId id, std::size_t number, const port::ClientReply& reply);
  void on_outcome(OpId id, std::size_t number, Outcome outcome, std::string words);
  void conclude(OpId id);
  void on_read(OpId id, const port::GetReply& reply);
  void on_written(OpId id, const port::PutReply& reply);
  Strength draw_strength();
  HostIndex draw_host(std::size_t client);
  std::size_t draw_key(Instant until);
  Habits habits(std::size_t client) const;

  World& world_;
  Workload workload_;
  History& history_;
  Random random_;
  std::vector<Habits> habits_;
  std::map<std::pair<std::size_t, std::size_t>, Known> known_;  ///< by client and key
  std::map<OpId, Pursuit> pursuits_;
  std::size_t waiting_{};
  bool stopped_{};
  Instant started_;
};

}  // namespace starling::sim
