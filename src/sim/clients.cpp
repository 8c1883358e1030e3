#include "sim/clients.hpp"

namespace starling::sim {

namespace {

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

std::uint32_t draw_up_to(Random& random, std::uint32_t most) {
  return static_cast<std::uint32_t>(random.below(most + 1));
}

}  // namespace

Workload Workload::draw(Random& random) {
  Workload load;
  load.clients = 2 + random.below(5);
  load.keys = 1 + random.below(4);
  load.think_max = 10ms * static_cast<std::int64_t>(1 + random.below(15));
  load.gets_percent = 20 + draw_up_to(random, 50);
  load.deletes_percent = random.chance(1, 3) ? 0 : draw_up_to(random, 30);
  load.blind_percent = random.chance(1, 3) ? 0 : draw_up_to(random, 60);
  load.weak_percent = random.chance(1, 2) ? 0 : draw_up_to(random, 30);
  load.strong_percent = random.chance(1, 2) ? 0 : draw_up_to(random, 20);
  if (random.chance(1, 6)) load.strong_percent = 100;
  return load;
}

Clients::Clients(World& world, Workload workload, History& history)
    : world_(world), workload_(workload), history_(history), random_(world.random().fork()) {}

void Clients::start(Instant until) {
  for (std::size_t client = 0; client < workload_.clients; ++client) act(client, until);
}

void Clients::act(std::size_t client, Instant until) {
  const Duration think(random_.below(static_cast<std::uint64_t>(workload_.think_max.count())) + 1);
  world_.agenda().after(think, [this, client, until] {
    if (world_.now() >= until) return;
    const std::size_t host = random_.below(world_.hosts());
    const std::size_t key = random_.below(workload_.keys);
    const Op::Strength strength = draw_strength();
    OpId id{};
    if (random_.chance(workload_.gets_percent, 100))
      id = get(client, host, key, strength);
    else if (random_.chance(workload_.deletes_percent, 100))
      id = remove(client, host, key, strength);
    else
      id = put(client, host, key, strength, random_.chance(workload_.blind_percent, 100));
    until_[id] = until;
  });
}

Op::Strength Clients::draw_strength() {
  const std::uint64_t drawn = random_.below(100);
  if (drawn >= 100 - workload_.strong_percent) return Op::Strength::all;
  if (drawn < workload_.weak_percent) return Op::Strength::one;
  return Op::Strength::majority;
}

OpId Clients::note(Op op) {
  op.began = world_.now();
  history_.ops.push_back(std::move(op));
  return history_.ops.size() - 1;
}

OpId Clients::get(std::size_t client, std::size_t host, std::size_t key, Op::Strength strength) {
  const OpId id = note({.kind = Op::Kind::get, .client = client, .host = host, .key = key, .strength = strength});
  ask(id, port::GetRequest{.key = key_of(key), .r = level(strength)});
  return id;
}

OpId Clients::put(std::size_t client, std::size_t host, std::size_t key, Op::Strength strength, bool blind) {
  return write({.kind = Op::Kind::put, .client = client, .host = host, .key = key, .strength = strength}, blind);
}

OpId Clients::remove(std::size_t client, std::size_t host, std::size_t key, Op::Strength strength) {
  // One that has read nothing deletes nothing; without a context the node would read one that the client never sees.
  if (!known_.contains({client, key})) return get(client, host, key, strength);
  return write({.kind = Op::Kind::remove, .client = client, .host = host, .key = key, .strength = strength}, false);
}

OpId Clients::write(Op op, bool blind) {
  const auto found = known_.find({op.client, op.key});
  const Known known = blind || found == known_.end() ? Known{} : found->second;
  op.covers = known.covers;
  port::PutRequest request{.key = key_of(op.key), .tombstone = op.kind == Op::Kind::remove, .w = level(op.strength)};
  if (!known.context.empty()) request.context = known.context;
  const OpId id = note(std::move(op));
  if (!request.tombstone) request.value = History::value_of(id);
  ask(id, std::move(request));
  return id;
}

void Clients::ask(OpId id, port::ClientRequest request) {
  ++waiting_;
  world_.host(history_.ops[id].host).ask(std::move(request), [this, id](std::optional<port::ClientReply> reply) {
    --waiting_;
    on_answer(id, reply);
    auto until = until_.extract(id);
    if (!until.empty()) act(history_.ops[id].client, until.mapped());
  });
}

void Clients::on_answer(OpId id, const std::optional<port::ClientReply>& reply) {
  Op& op = history_.ops[id];
  op.ended = world_.now();
  if (!reply) {
    op.outcome = op.kind == Op::Kind::get ? Op::Outcome::refused : Op::Outcome::in_doubt;
    op.words = "the connection broke";
  } else if (const auto* failure = std::get_if<port::Failure>(&*reply)) {
    op.outcome = failure->error.code == ErrorCode::in_doubt ? Op::Outcome::in_doubt : Op::Outcome::refused;
    op.words = std::string(name_of(failure->error.code)) + " " + failure->error.message;
  } else {
    op.outcome = Op::Outcome::done;
    if (const auto* read = std::get_if<port::GetReply>(&*reply)) on_read(id, *read);
    if (const auto* written = std::get_if<port::PutReply>(&*reply)) on_written(id, *written);
  }
}

void Clients::on_read(OpId id, const port::GetReply& reply) {
  Op& op = history_.ops[id];
  for (const Bytes& value : reply.values) {
    if (const auto writer = history_.writer_of(op.key, value))
      op.values.insert(*writer);
    else
      op.phantoms.push_back(value);
  }
  op.empty_context = reply.context.empty();
  known_[{op.client, op.key}] = {reply.context, op.values};
}

void Clients::on_written(OpId id, const port::PutReply& reply) {
  const Op& op = history_.ops[id];
  if (reply.context.empty()) return;
  Known& known = known_[{op.client, op.key}];
  known = {reply.context, op.covers};
  if (op.kind == Op::Kind::put) known.covers.insert(id);
}

}  // namespace starling::sim
