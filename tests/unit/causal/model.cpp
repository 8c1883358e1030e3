#include "model.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include <rapidcheck.h>

#include "base/ensure.hpp"

namespace starling::causal {

namespace {

Model::Dots minus(const Model::Dots& from, const Model::Dots& what) {
  Model::Dots left;
  std::ranges::set_difference(from, what, std::inserter(left, left.end()));
  return left;
}

template <class T>
T decoded(Result<T> result) {
  ensure(result.has_value(), "what was encoded can be decoded");
  return *std::move(result);
}

}  // namespace

Model::Model(std::size_t replicas, std::size_t keys) : keys_(keys) {
  Replica empty;
  empty.rows.assign(keys, encode(Object{}));
  empty.live.resize(keys);
  empty.known.resize(keys);
  replicas_.assign(replicas, empty);
  snapshots_ = replicas_;
}

Object Model::object(std::size_t replica, Key key) const {
  return fill(decoded(decode_object(replicas_[replica].rows[key])), replicas_[replica].state.seen());
}

void Model::save(Replica& replica, Key key, Object filled) {
  replica.rows[key] = encode(strip(std::move(filled), replica.state.seen()));
  replica.state = decoded(decode_partition_state(encode(replica.state)));
}

Model::Reading Model::read(std::size_t replica, Key key) const {
  return {.key = key, .context = object(replica, key).context, .known = replicas_[replica].known[key]};
}

Dot Model::put(std::size_t at, const Reading& reading, bool tombstone) {
  Replica& replica = replicas_[at];
  const Key key = reading.key;
  Sibling sibling{.tombstone = tombstone, .value = tombstone ? "" : "value " + std::to_string(writes_.size())};
  PutOutcome outcome =
      apply_put(replica.state, decoded(decode_object(replica.rows[key])), reading.context, std::move(sibling), random_);
  const Dot dot = outcome.dot;
  reused_ |= std::ranges::any_of(writes_, [dot](const Write& write) { return write.dot == dot; });
  Dots& live = replica.live[key];
  Dots& known = replica.known[key];
  live = minus(live, reading.known);
  live.insert(dot);
  known.insert(reading.known.begin(), reading.known.end());
  known.insert(dot);
  writes_.push_back({.key = key, .dot = dot, .replaced = reading.known});
  sent_.push_back({.key = key, .dot = dot, .object = encode(outcome.filled), .live = live, .known = known});
  save(replica, key, std::move(outcome.filled));
  return dot;
}

void Model::merge(Replica& replica, Key key, const Bytes& object, const Dots& live, const Dots& known) {
  MergeOutcome outcome =
      apply_merge(replica.state, decoded(decode_object(replica.rows[key])), decoded(decode_filled_object(object)));
  Dots both;
  std::ranges::set_intersection(replica.live[key], live, std::inserter(both, both.end()));
  both.merge(minus(replica.live[key], known));
  both.merge(minus(live, replica.known[key]));
  replica.live[key] = std::move(both);
  replica.known[key].insert(known.begin(), known.end());
  if (outcome.changed) save(replica, key, std::move(outcome.filled));
}

void Model::deliver(const Sent& message, std::size_t replica) {
  merge(replicas_[replica], message.key, message.object, message.live, message.known);
}

void Model::pull(std::size_t from, std::size_t to, Key key) {
  merge(replicas_[to], key, encode(object(from, key)), Dots(replicas_[from].live[key]), replicas_[from].known[key]);
}

void Model::snapshot(std::size_t replica) { snapshots_[replica] = replicas_[replica]; }

void Model::crash(std::size_t replica) {
  replicas_[replica] = snapshots_[replica];
  replicas_[replica].state.doubt_actor();
}

void Model::crash_unnoticed(std::size_t replica) {
  replicas_[replica] = snapshots_[replica];
  const auto actor = state(replica).actor();
  const auto last = std::ranges::find_if(sent_.rbegin(), sent_.rend(),
                                         [actor](const Sent& message) { return message.dot.actor == actor; });
  if (last != sent_.rend()) deliver(*last, replica);
}

void Model::play(const Step& step) {
  const auto [kind, replica, key, pick] = step;
  const auto chosen = [pick](const auto& items) { return items[pick % items.size()]; };
  switch (kind) {
    case 0: readings_.push_back(read(replica, key)); break;
    case 1: put(replica, read(replica, key)); break;
    case 2: put_blind(replica, key); break;
    case 3: put(replica, read(replica, key), true); break;
    case 4:
    case 5:
      if (!readings_.empty()) put(replica, chosen(readings_), kind == 5);
      break;
    case 6:
    case 7:
      if (!sent_.empty()) deliver(chosen(sent_), replica);
      break;
    case 8: pull(pick % replicas_.size(), replica, key); break;
    case 9: snapshot(replica); break;
    case 10: crash(replica); break;
    default: crash_unnoticed(replica);
  }
}

void Model::deliver_all() {
  for (std::size_t replica = 0; replica < replicas(); ++replica) {
    std::vector<Sent> messages = sent_;
    random_.shuffle(std::span(messages));
    for (const Sent& message : messages) deliver(message, replica);
  }
}

Model::Dots Model::survivors(Key key) const {
  Dots alive;
  Dots replaced;
  for (const Write& write : writes_) {
    if (write.key != key) continue;
    alive.insert(write.dot);
    replaced.insert(write.replaced.begin(), write.replaced.end());
  }
  return minus(alive, replaced);
}

bool Model::agrees() const {
  for (std::size_t replica = 0; replica < replicas(); ++replica)
    for (Key key = 0; key < keys_; ++key) {
      const Object real = object(replica, key);
      Dots live;
      for (const Sibling& sibling : real.siblings) live.insert(sibling.dot);
      if (live != replicas_[replica].live[key] || !real.filled()) return false;
      for (const Write& write : writes_)
        if (write.key == key && real.context.covers(write.dot) != replicas_[replica].known[key].contains(write.dot))
          return false;
    }
  return !reused_;
}

Model arbitrary_model(const std::function<void(const Model&)>& after_step) {
  const auto replicas = *rc::gen::inRange<std::size_t>(3, 6);
  const auto keys = *rc::gen::inRange<std::size_t>(1, 4);
  const auto step = rc::gen::tuple(rc::gen::inRange<std::size_t>(0, 12), rc::gen::inRange<std::size_t>(0, replicas),
                                   rc::gen::inRange<std::size_t>(0, keys), rc::gen::inRange<std::size_t>(0, 1000));
  const auto history =
      *rc::gen::container<std::vector<std::tuple<std::size_t, std::size_t, std::size_t, std::size_t>>>(step);
  Model model(replicas, keys);
  for (const auto& [kind, replica, key, pick] : history) {
    model.play({kind, replica, key, pick});
    if (after_step) after_step(model);
  }
  return model;
}

}  // namespace starling::causal
