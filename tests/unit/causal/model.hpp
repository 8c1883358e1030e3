#pragma once

#include <functional>
#include <set>
#include <vector>

#include "base/random.hpp"
#include "causal/codec.hpp"

namespace starling::causal {

/// A few replicas of one partition, run step by step on the real code, beside the same run told in
/// the plainest words there are: causal histories, as explicit sets of dots (Schwarz, Mattern 1994).
/// Rows and messages go through their encodings. Nothing is ever reaped here.
class Model {
 public:
  using Key = std::size_t;
  using Dots = std::set<Dot>;

  /// What a client holds after a read: the context, and what it stands for.
  struct Reading {
    Key key{};
    VersionVector context;
    Dots known;
  };
  /// A put as its coordinator sends it.
  struct Sent {
    Key key{};
    Dot dot;
    Bytes object;
    Dots live, known;
  };
  struct Write {
    Key key{};
    Dot dot;
    Dots replaced;  ///< what the client had seen
  };

  Model(std::size_t replicas, std::size_t keys);

  Reading read(std::size_t replica, Key key) const;
  /// At `replica`, with what the client read earlier, maybe elsewhere.
  Dot put(std::size_t replica, const Reading& reading, bool tombstone = false);
  Dot put_blind(std::size_t replica, Key key) { return put(replica, {.key = key}); }
  /// A message arrives; it stays in `sent()`, so it may again.
  void deliver(const Sent& message, std::size_t replica);
  /// The present state of a key goes from one replica to another.
  void pull(std::size_t from, std::size_t to, Key key);

  /// What the disk of `replica` holds now is what crash() falls back to.
  void snapshot(std::size_t replica);
  /// The disk falls back to the snapshot and the replica knows that it may have.
  void crash(std::size_t replica);
  /// The disk falls back and nobody says so; but the first that arrives is the last that it sent.
  void crash_unnoticed(std::size_t replica);

  /// One step of a random history: what, where, of which key, and a number to choose by.
  struct Step {
    std::size_t kind{}, replica{}, key{}, pick{};
  };
  void play(const Step& step);

  /// Every message reaches every replica, in an order of its own.
  void deliver_all();

  std::size_t replicas() const { return replicas_.size(); }
  std::size_t keys() const { return keys_; }
  /// A replica's present, filled state.
  Object object(std::size_t replica, Key key) const;
  const Bytes& row(std::size_t replica, Key key) const { return replicas_[replica].rows.at(key); }
  const PartitionState& state(std::size_t replica) const { return replicas_[replica].state; }
  const std::vector<Sent>& sent() const { return sent_; }
  const std::vector<Write>& writes() const { return writes_; }
  /// What must live once everybody knows everything: what no client that wrote has seen.
  Dots survivors(Key key) const;

  /// The real siblings are the model's, the real context covers exactly the model's history, dots are unique.
  bool agrees() const;

 private:
  struct Replica {
    PartitionState state;
    std::vector<Bytes> rows;
    std::vector<Dots> live, known;
  };

  void save(Replica& replica, Key key, Object filled);
  void merge(Replica& replica, Key key, const Bytes& object, const Dots& live, const Dots& known);

  std::size_t keys_;
  Random random_{7};
  std::vector<Replica> replicas_, snapshots_;
  std::vector<Sent> sent_;
  std::vector<Write> writes_;
  std::vector<Reading> readings_;
  bool reused_{};
};

/// A model after a random history of everything above, chosen and shrunk by rapidcheck. `after_step`
/// sees it each time.
Model arbitrary_model(const std::function<void(const Model&)>& after_step = {});

}  // namespace starling::causal
