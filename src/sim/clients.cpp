#include "sim/clients.hpp"

#include <algorithm>

namespace starling::sim {

namespace {

/// A client hangs up then; what it asked for may still happen.
constexpr Duration hangs_up = 5s;
constexpr Duration back_off = 500ms;
/// Who moves on uses one of so many keys at a time.
constexpr std::size_t keys_in_use_of = 8;
/// A call that nobody takes, or a connection that breaks, is noticed so soon.
constexpr Duration notices = 100us;

port::QuorumLevel level(Op::Strength strength) {
  using Kind = port::QuorumLevel::Kind;
  switch (strength) {
    case Op::Strength::one: return {.kind = Kind::one};
    case Op::Strength::majority: return {.kind = Kind::quorum};
    case Op::Strength::all: return {.kind = Kind::all};
  }
  return {};
}

ring::Key key_of(std::size_t key) { return *ring::Key::make("", History::key_name(key)); }

Outcome together(const std::vector<Attempt>& attempts) {
  const auto any = [&](Outcome outcome) {
    return std::ranges::find(attempts, outcome, &Attempt::outcome) != attempts.end();
  };
  if (any(Outcome::done)) return Outcome::done;
  return any(Outcome::in_doubt) ? Outcome::in_doubt : Outcome::refused;
}

}  // namespace

Clients::Clients(World& world, Workload workload, History& history)
    : world_(world),
      workload_(workload),
      history_(history),
      random_(world.random().fork()),
      habits_(draw_habits(workload, world.hosts(), random_)) {}

void Clients::start(Instant until) {
  started_ = world_.now();
  for (std::size_t client = 0; client < workload_.clients; ++client) act(client, until);
}

void Clients::act(std::size_t client, Instant until) {
  const Duration think(random_.below(static_cast<std::uint64_t>(workload_.think_max.count())) + 1);
  world_.agenda().after(think, [this, client, until] {
    if (stopped_ || world_.now() >= until) return;
    const std::size_t key = draw_key(until);
    const OpId id = act_on(client, draw_host(client), key);
    Pursuit& pursuit = pursuits_[id];
    pursuit.attempts_left = history_.ops[id].is_write() ? habits(client).attempts - 1 : 0;
    pursuit.then = [this, client, until] { act(client, until); };
  });
}

OpId Clients::act_on(std::size_t client, HostIndex host, std::size_t key) {
  const Strength strength = draw_strength();
  if (random_.chance(workload_.gets_percent, 100)) return get(client, host, key, strength);
  const bool sloppy = workload_.sloppy_percent != 0 && random_.chance(workload_.sloppy_percent, 100);
  if (key >= workload_.counters && random_.chance(workload_.deletes_percent, 100))
    return random_.chance(workload_.unread_percent, 100) ? remove_unread(client, host, key, strength)
                                                         : remove(client, host, key, strength, sloppy);
  return put(client, host, key, strength, random_.chance(workload_.blind_percent, 100), sloppy);
}

Op::Strength Clients::draw_strength() {
  const std::uint64_t drawn = random_.below(100);
  if (drawn >= 100 - workload_.strong_percent) return Strength::all;
  if (drawn < workload_.weak_percent) return Strength::one;
  return Strength::majority;
}

std::size_t Clients::draw_key(Instant until) {
  if (!workload_.moves_on) return random_.chance(workload_.hot_percent, 100) ? 0 : random_.below(workload_.keys);
  const std::size_t in_use = 1 + workload_.keys / keys_in_use_of;
  const auto passed = (world_.now() - started_) / 1ms;
  const auto all = (until - started_) / 1ms + 1;
  const auto first = static_cast<std::size_t>(passed) * (workload_.keys - in_use) / static_cast<std::size_t>(all);
  return first + random_.below(in_use);
}

HostIndex Clients::draw_host(std::size_t client) {
  if (habits(client).settled) return habits_[client].home;
  for (;;) {
    const HostIndex host = random_.below(world_.hosts());
    if (world_.in_service(host)) return host;
  }
}

Habits Clients::habits(std::size_t client) const { return client < habits_.size() ? habits_[client] : Habits{}; }

OpId Clients::get(std::size_t client, HostIndex host, std::size_t key, Strength strength) {
  const OpId id = note({.kind = Op::Kind::get, .client = client, .key = key, .strength = strength});
  return pursue(id, host,
                port::GetRequest{.key = key_of(key), .r = level(strength), .timeout = habits(client).patience});
}

OpId Clients::put(std::size_t client, HostIndex host, std::size_t key, Strength strength, bool blind, bool sloppy) {
  return write({.kind = Op::Kind::put, .client = client, .key = key, .strength = strength, .sloppy = sloppy}, host,
               blind ? Known{} : known(client, key));
}

OpId Clients::remove(std::size_t client, HostIndex host, std::size_t key, Strength strength, bool sloppy) {
  const Known over = known(client, key);
  if (over.context.empty()) return get(client, host, key, strength);  // one that has read nothing deletes nothing
  return write({.kind = Op::Kind::remove, .client = client, .key = key, .strength = strength, .sloppy = sloppy}, host,
               over);
}

OpId Clients::remove_unread(std::size_t client, HostIndex host, std::size_t key, Strength strength) {
  return write({.kind = Op::Kind::remove, .client = client, .key = key, .strength = strength, .unread = true}, host,
               {});
}

void Clients::again(OpId write, HostIndex host) {
  ++waiting_;
  attempt(write, host);
}

OpId Clients::note(Op op) {
  op.began = world_.now();
  history_.ops.push_back(std::move(op));
  return history_.ops.size() - 1;
}

OpId Clients::write(Op op, HostIndex host, const Known& over) {
  op.covers = over.covers;
  port::PutRequest request{.key = key_of(op.key),
                           .tombstone = op.kind == Op::Kind::remove,
                           .w = level(op.strength),
                           .timeout = habits(op.client).patience,
                           .sloppy = op.sloppy};
  if (!over.context.empty()) request.context = over.context;
  if (habits(op.client).attempts > 1) request.request_id = random_.nonzero();
  const bool counts = op.kind == Op::Kind::put && op.key < workload_.counters;
  if (counts) op.adds = over.adds;
  const OpId id = note(std::move(op));
  if (counts) history_.ops[id].adds.insert(id);
  if (!request.tombstone) request.value = history_.value_of(id);
  return pursue(id, host, std::move(request));
}

Clients::Known Clients::known(std::size_t client, std::size_t key) const {
  const auto found = known_.find({client, key});
  return found == known_.end() ? Known{} : found->second;
}

OpId Clients::pursue(OpId id, HostIndex host, port::ClientRequest request) {
  ++waiting_;
  pursuits_[id].request = std::move(request);
  attempt(id, host);
  return id;
}

void Clients::attempt(OpId id, HostIndex host) {
  Op& op = history_.ops[id];
  const std::size_t number = op.attempts.size();
  op.attempts.push_back({.host = host, .began = world_.now()});
  const Outcome unknown = op.is_write() ? Outcome::in_doubt : Outcome::refused;
  if (!world_.host(host).up())
    return world_.agenda().after(notices,
                                 [=, this] { on_outcome(id, number, Outcome::refused, "nobody listens there"); });
  world_.host(host).ask(pursuits_[id].request, [=, this](const std::optional<port::ClientReply>& reply) {
    reply ? on_answer(id, number, *reply) : on_outcome(id, number, unknown, "the connection broke");
  });
  world_.agenda().after(hangs_up, [=, this] { on_outcome(id, number, unknown, "there was no answer"); });
}

void Clients::on_answer(OpId id, std::size_t number, const port::ClientReply& reply) {
  if (history_.ops[id].attempts[number].outcome != Outcome::pending) return;  // nobody waits for it any more
  if (const auto* failure = std::get_if<port::Failure>(&reply))
    return on_outcome(id, number, failure->error.code == ErrorCode::in_doubt ? Outcome::in_doubt : Outcome::refused,
                      std::string(name_of(failure->error.code)) + " " + failure->error.message);
  if (const auto* read = std::get_if<port::GetReply>(&reply)) on_read(id, *read);
  if (const auto* written = std::get_if<port::PutReply>(&reply)) on_written(id, *written);
  on_outcome(id, number, Outcome::done, {});
}

void Clients::on_outcome(OpId id, std::size_t number, Outcome outcome, std::string words) {
  Op& op = history_.ops[id];
  Attempt& attempt = op.attempts[number];
  if (attempt.outcome != Outcome::pending) return;
  attempt.ended = world_.now();
  attempt.outcome = outcome;
  attempt.words = std::move(words);
  Pursuit& pursuit = pursuits_[id];
  if (outcome != Outcome::done && op.client < habits_.size() && !habits_[op.client].loyal)
    habits_[op.client].home = random_.below(world_.hosts());  // whoever was settled looks for another place
  // A delete that reads for itself may be carried out late, and take what is newer: it stays in doubt.
  const bool may_be_repeated = !(op.unread && outcome == Outcome::in_doubt);
  if (outcome == Outcome::done || pursuit.attempts_left == 0 || !may_be_repeated) return conclude(id);
  --pursuit.attempts_left;
  const Duration pause(1 + random_.below(static_cast<std::uint64_t>(back_off.count())));
  world_.agenda().after(pause, [this, id] { this->attempt(id, draw_host(history_.ops[id].client)); });
}

void Clients::conclude(OpId id) {
  Op& op = history_.ops[id];
  op.ended = world_.now();
  op.outcome = together(op.attempts);
  op.words = op.attempts.back().words;
  --waiting_;
  if (const auto then = std::exchange(pursuits_[id].then, nullptr)) then();
}

void Clients::on_read(OpId id, const port::GetReply& reply) {
  Op& op = history_.ops[id];
  std::set<OpId> adds;
  for (const Bytes& value : reply.values) {
    const auto writer = history_.writer_of(op.key, value);
    if (!writer) {
      op.phantoms.push_back(value);
      continue;
    }
    op.repeats |= !op.values.insert(*writer).second;
    adds.insert(history_.ops[*writer].adds.begin(), history_.ops[*writer].adds.end());
  }
  op.empty_context = reply.context.empty();
  learn(op, {.context = reply.context, .covers = op.values, .adds = std::move(adds)});
}

void Clients::on_written(OpId id, const port::PutReply& reply) {
  Op& op = history_.ops[id];
  op.stood_in |= !reply.stand_ins.empty();
  if (reply.context.empty()) return;
  Known now{.context = reply.context, .covers = op.covers, .adds = op.adds};
  if (op.kind == Op::Kind::put) now.covers.insert(id);
  learn(op, std::move(now));
}

void Clients::learn(const Op& op, Known known) {
  known.since = world_.now();
  const auto [found, fresh] = known_.try_emplace({op.client, op.key}, known);
  if (!fresh && found->second.since + habits(op.client).holds <= world_.now()) found->second = std::move(known);
}

}  // namespace starling::sim
