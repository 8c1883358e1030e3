#include <rapidcheck.h>

#include <algorithm>
#include <array>

#include "causal/partition_state.hpp"
#include "world.hpp"

/// Reads against replicas in random reachable states, which answer, refuse, break and are late in
/// random order: whatever a client is told is what at least R of the replicas know together.
namespace starling::coordinator::test {

namespace {

/// One key at three replicas after random puts, deletes and merges that may never have arrived.
std::array<causal::Object, 3> random_states(Random& random) {
  std::array<causal::Object, 3> states;
  std::array<causal::PartitionState, 3> partitions_of;
  for (auto steps = random.below(8); steps > 0; --steps) {
    const auto at = random.below(3);
    if (random.chance(1, 2)) {
      const auto& context = random.chance(1, 2) ? states[random.below(3)].context : causal::VersionVector{};
      causal::Sibling written{.tombstone = random.chance(1, 3), .value = to_hex(random.next())};
      states[at] = causal::apply_put(partitions_of[at], states[at], context, std::move(written), random).filled;
    } else {
      states[at] = causal::apply_merge(partitions_of[at], states[at], states[random.below(3)]).filled;
    }
  }
  return states;
}

std::vector<Bytes> live_values(const causal::Object& state) {
  std::vector<Bytes> values;
  for (const auto& one : state.siblings)
    if (!one.tombstone) values.push_back(one.value);
  return values;
}

/// Something of what is under way happens: an answer, a refusal, a broken connection, time.
void happen(World& world, const std::array<causal::Object, 3>& states, Random& random) {
  const auto choice = random.below(10);
  if (choice == 0) return world.pass(Duration(random.below(600'000'000)));
  const auto waiting = world.stored.size() + world.messages.size();
  if (waiting == 0) return;
  const auto which = random.below(waiting);
  if (which < world.stored.size()) {
    if (choice == 1) return world.storage_answers(fail(ErrorCode::storage_failed, "no"));
    return world.storage_answers(got(states[0]));
  }
  const auto message = world.messages.begin() + static_cast<std::ptrdiff_t>(which - world.stored.size());
  const auto node = message->first;
  const auto request = std::get<wire::ReadRequest>(message->second);
  world.messages.erase(message);
  const auto& state = states[node.value - 1];
  if (choice == 1) return world.reply(node, refusal(request, ErrorCode::overloaded));
  if (choice == 2) return world.lose(node);
  if (choice == 3) world.reply(node, request.full ? full(request, state) : digest(request, state));  // twice
  world.reply(node, request.full ? full(request, state) : digest(request, state));
}

bool known_to_at_least(std::uint32_t r, const std::array<causal::Object, 3>& states, const std::vector<Bytes>& told) {
  for (unsigned subset = 1; subset < 8; ++subset) {
    causal::Object joined;
    std::uint32_t members = 0;
    for (unsigned replica = 0; replica < 3; ++replica) {
      if ((subset >> replica & 1) == 0) continue;
      joined = causal::join(joined, states[replica]);
      ++members;
    }
    if (members >= r && live_values(joined) == told) return true;
  }
  return false;
}

void check_a_read(std::uint64_t seed) {
  Random random(seed);
  const auto states = random_states(random);
  const auto r = static_cast<std::uint32_t>(1 + random.below(3));
  World world;
  world.get("k", level(r));
  for (int steps = 0; steps < 60 && world.answers.empty(); ++steps) happen(world, states, random);
  if (world.answers.empty()) world.pass(2s);
  RC_ASSERT(world.answers.size() == 1U);
  RC_ASSERT(world.coordinator.in_flight() == 0U);
  if (const auto* failure = std::get_if<port::Failure>(&world.answers.front().reply)) {
    RC_ASSERT(failure->error.code == ErrorCode::unavailable || failure->error.code == ErrorCode::timed_out);
    return;
  }
  const auto& reply = std::get<port::GetReply>(world.answers.front().reply);
  RC_ASSERT(known_to_at_least(r, states, reply.values));
  const auto context = causal::open_context(secret, key_of("k").token, reply.context);
  RC_ASSERT(context.has_value());
  for (const auto& state : states)
    for (const auto& one : state.siblings)
      if (std::find(reply.values.begin(), reply.values.end(), one.value) != reply.values.end())
        RC_ASSERT(one.tombstone || context->covers(one.dot));
}

}  // namespace

TEST_CASE("a read tells what at least R replicas know together, or that it could not") {
  CHECK(rc::check("reads", [](std::uint64_t seed) {
    for (std::uint64_t variant = 0; variant < 50; ++variant) check_a_read(seed + variant);
  }));
}

}  // namespace starling::coordinator::test
