#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <vector>

#include "base/byte_stream.hpp"
#include "causal/codec.hpp"
#include "causal/context_token.hpp"
#include "coordinator/scan_cursor.hpp"
#include "fuzz.hpp"
#include "lone_node.hpp"
#include "node/peer_book.hpp"
#include "ring/change.hpp"
#include "ring/lineage.hpp"
#include "ring/next_assignment.hpp"
#include "ring/ring.hpp"
#include "support/lone_member.hpp"
#include "topology/cluster_record.hpp"
#include "unit/gateway/test_client.hpp"
#include "unit/wire/random_message.hpp"
#include "wire/frame.hpp"
#include "wire/msgpack_reader.hpp"

/// Writes inputs for every fuzzer to begin with, made by the real encoders: DIR/<fuzzer>/seed-<n>.
/// Where a format has changed, tools/fuzz --seed makes them anew.
namespace starling::fuzz {

namespace {

using Inputs = std::vector<Bytes>;

Bytes byte(unsigned value) { return Bytes(1, static_cast<char>(value)); }

// --- Values -----------------------------------------------------------------------------------------

constexpr ActorId actor_a{0x1111'1111'1111'1111}, actor_b{0x2222'2222'2222'2222};

causal::Seen seen_some() {
  causal::Seen seen;
  for (const std::uint64_t n : {1U, 2U, 3U, 7U, 9U, 200'000U}) seen.add({actor_a, n});
  seen.add({actor_b, 1});
  return seen;
}

std::vector<causal::Object> some_objects() {
  const causal::Object none;
  const auto one = causal::put(none, {}, {.dot = {actor_a, 1}, .hlc = 5, .request = 9, .value = "milk"});
  const auto two = causal::put(one, {}, {.dot = {actor_b, 1}, .value = Bytes(200, 'x')});
  const auto gone = causal::put(two, two.context, {.dot = {actor_a, 2}, .tombstone = true});
  return {none, one, two, gone, causal::strip(two, seen_some())};
}

ring::Ring some_ring(std::uint32_t members, std::uint32_t partitions) {
  std::vector<ring::Member> list;
  ring::PreferenceList owners;
  for (std::uint64_t id = 1; id <= members; ++id) {
    list.push_back({.id = NodeId{id}, .zone = id % 2 ? "east" : "west", .weight = 2});
    owners.push_back(NodeId{id});
  }
  return ring::Ring::make(ClusterId{7}, Epoch{1}, members, list, std::vector(partitions, owners)).value();
}

/// In every list node 9 takes the place of node 1, which leaves.
ring::Ring changing_ring() {
  const ring::Ring settled = some_ring(3, 8);
  std::vector<ring::Member> members(settled.members().begin(), settled.members().end());
  members.front().standing = ring::Standing::leaving;
  members.push_back({.id = NodeId{9}, .zone = "west", .standing = ring::Standing::joining});
  return ring::begin_change(settled, members, ring::replace_member(settled, NodeId{1}, NodeId{9}).value()).value();
}

ring::Ring forced_ring() {
  return ring::begin_lineage(changing_ring(), std::array{NodeId{1}, NodeId{2}}, LineageId{77}).value();
}

/// Small ones, of every kind.
std::vector<wire::Message> some_messages() {
  Random random(3);
  std::vector<wire::Message> messages;
  for (int round = 0; round < 2; ++round)
    for (wire::Message& message : wire::one_of_each(random))
      if (wire::encoded(message).size() < 4096) messages.push_back(std::move(message));
  return messages;
}

// --- What each fuzzer takes -------------------------------------------------------------------------

Inputs object_seeds() {
  Inputs inputs;
  for (const auto& x : some_objects())
    for (const auto& y : some_objects())
      inputs.push_back(as_chunk(encode(seen_some())) + as_chunk(encode(x)) + encode(y));
  return inputs;
}

Inputs dot_set_seeds() {
  Inputs inputs;
  const auto seen = seen_some();
  for (const auto& [x, dots_x] : seen.actors())
    for (const auto& [y, dots_y] : seen.actors()) inputs.push_back(as_chunk(encode(dots_x)) + encode(dots_y));
  return inputs;
}

Inputs partition_state_seeds() {
  Random random(4);
  causal::PartitionState state;
  state.join_seen(seen_some());
  Inputs inputs;
  for (const auto& object : some_objects()) {
    state.issue({}, random);
    inputs.push_back(as_chunk(encode(state)) + as_chunk(encode(object.context)) + encode(object));
    inputs.push_back(as_chunk(encode(state.seen())) + as_chunk(encode(state.seen().base())) + encode(object));
  }
  return inputs;
}

Inputs ring_seeds() {
  return {encode(some_ring(1, 1)),
          encode(some_ring(3, 8)),
          encode(some_ring(5, 64)),
          encode(changing_ring()),
          encode(ring::read_from_new(changing_ring())),
          encode(forced_ring())};
}

Inputs context_seeds() {
  Inputs inputs{causal::seal_context({1, 2, 3}, Token{42}, seen_some().base())};
  for (const auto& object : some_objects()) inputs.push_back(as_chunk(encode(object.context)) + "\x05\x00\x01");
  return inputs;
}

Inputs cursor_seeds() {
  const auto ring = some_ring(1, 256);
  const auto key = *ring::Key::make("users", "alice");
  return {encode(coordinator::ScanCursor{ring.partition_of(key.token), key}), encode(coordinator::ScanCursor{{3}, {}})};
}

Inputs message_seeds() {
  Inputs inputs;
  for (const auto& message : some_messages()) inputs.push_back(wire::encoded(message));
  return inputs;
}

Bytes framed(BytesView body) {
  Bytes frame;
  const std::size_t at = wire::begin_frame(frame);
  frame += body;
  wire::finish_frame(frame, at);
  return frame;
}

Inputs frame_seeds() {
  const wire::Hello hello{
      .cluster = ClusterId{7}, .node = NodeId{2}, .generation = Generation{1}, .peer = LoneNode::address_of(NodeId{2})};
  wire::Hello newer = hello;
  newer.version = 2;
  const Bytes greeting = framed(encode(hello));
  return {byte(3) + greeting + framed("one") + framed("another"), byte(255) + greeting, byte(1) + framed(encode(newer)),
          byte(1) + "GET / HTTP/1.1\r\n", byte(9) + gateway::request(1, "ping", gateway::array())};
}

Inputs gossip_seeds() {
  using test::LoneMember;
  const auto peer = LoneMember::peer(0);
  const auto unsealed = [](const wire::Datagram& sent) {
    const Bytes bytes = wire::encode(sent);
    return as_chunk(BytesView(bytes).substr(0, bytes.size() - wire::datagram_seal_bytes));
  };
  const auto datagram = [&](wire::Datagram::Body body, std::vector<wire::MemberUpdate> updates = {}) {
    return unsealed({LoneMember::cluster, peer, Epoch{1}, std::move(body), std::move(updates)});
  };
  const auto newcomer = LoneMember::statement(LoneMember::peer(7));
  const auto accused = LoneMember::statement(LoneMember::us(), wire::MemberState::suspect);
  const auto dead = LoneMember::statement(LoneMember::peer(1), wire::MemberState::dead, 3);
  const Bytes ping = datagram(wire::Ping{5, LoneMember::us()}, {newcomer});
  const Bytes relay = datagram(wire::PingRequest{6, LoneMember::peer(1), LoneMember::address_of(peer), 1s}, {accused});
  const Bytes other = unsealed({ClusterId{9}, peer, Epoch{1}, wire::Ping{1, {}}, {}});
  return {byte(0) + ping + byte(0xbf) + relay,
          byte(0x40) + ping,
          byte(0) + datagram(wire::Ack{5}),
          byte(0x81) + datagram(wire::Nack{5}) + byte(0) + ping,
          byte(0x88) + datagram(wire::Gossip{}, {dead, accused, newcomer}),
          byte(0x40) + other + byte(0xff) + other};
}

// --- What clients say -------------------------------------------------------------------------------

/// One of each method, and a few that are wrong.
Inputs client_requests() {
  using namespace gateway;
  const auto options = map("bucket", "users", "r", "quorum", "timeout_ms", 100);
  const auto write = map("w", 2, "context", "c0ntext", "request_id", 7);
  return {request(1, "hello", array(map("errors", "map", "client", "me"))),
          request(2, "ping", array()),
          request(3, "kv.get", array("alice", options)),
          request(4, "kv.put", array("alice", bin("milk"), write)),
          request(5, "kv.delete", array("alice", map())),
          request(6, "kv.exists", array("alice")),
          request(7, "kv.mget", array(array("alice", "bob"), options)),
          request(8, "kv.mput", array(list({array("alice", "milk"), array("bob", "rice", nil())}))),
          request(9, "kv.scan", array(map("prefix", "a", "limit", 10, "cursor", "", "keys_only", 1))),
          request(10, "cluster.members", array()),
          request(11, "cluster.ring", array()),
          request(12, "cluster.status", array()),
          request(13, "cluster.init", array(array("127.0.0.1:4702"))),
          request(14, "node.info", array()),
          request(15, "node.stats", array(nil())),
          request(16, "cluster.join", array(array("x", "127.0.0.1:4702"), map("dry_run", true))),
          request(17, "cluster.replace", array("x", bin("y"))),
          request(18, "cluster.plan", array(map("remove", "x", "force", true))),
          array(2, "notified", array()).bytes,
          array(1, 2, nil(), nil()).bytes,
          "PUT / HTTP/1.1\r\n",
          "\xdd\xff\xff\xff\xff"};
}

Inputs session_seeds() {
  Inputs inputs;
  Bytes all;
  for (const Bytes& request : client_requests()) {
    inputs.push_back(byte(static_cast<unsigned>(request.size() / 2)) + request);
    all += request;
  }
  inputs.push_back(byte(7) + all);
  return inputs;
}

port::ChangeStatus some_change() {
  return {.stage = ring::Stage::read_old,
          .moving = 3,
          .joining = {NodeId{2}},
          .newcomers = {{.node = NodeId{2}, .arriving = 2, .arrived = 1, .rows = 9, .waits_for = {NodeId{1}}}}};
}

/// What a session answers is what the client library reads.
Inputs answer_seeds() {
  const wire::MemberUpdate member = test::LoneMember::statement(NodeId{10});
  const std::vector<std::pair<const char*, port::ClientReply>> told{
      {"kv.get", port::GetReply{.values = {"milk", "rice"}, .context = "c"}},
      {"kv.scan", port::ScanReply{.items = {{.key = "alice", .values = {"milk"}, .context = "c"}}, .cursor = "next"}},
      {"node.stats", port::StatsReply{.counters = {{"node_ready", 1}}}},
      {"node.info", port::InfoReply{.node = NodeId{1}, .name = "a", .ready = true}},
      {"cluster.members", port::MembersReply{.members = {{.update = member, .in_ring = true, .self = false}}}},
      {"cluster.ring", port::RingReply{.ring = encode(some_ring(3, 8)), .members = {}}},
      {"cluster.status", port::StatusReply{.ready = true, .problems = {{.what = "rain", .advice = "umbrella"}}}},
      {"cluster.status", port::StatusReply{.change = some_change(), .waiting = {{.node = NodeId{5}, .name = "e"}}}},
      {"cluster.plan", port::ChangeReply{.epoch = Epoch{2},
                                         .moves = {{.from = NodeId{1}, .to = NodeId{2}, .partitions = 3}},
                                         .loads = {{.node = NodeId{1}, .name = "a", .before = 8, .after = 5}}}},
      {"node.info", port::Failure{.error = {ErrorCode::in_doubt, "who knows"}, .acked = {NodeId{1}}}}};
  Inputs inputs{byte(9) + "\xaeIN_DOUBT words"};
  for (const auto& [method, reply] : told) {
    const bool needs_key = Bytes(method) == "kv.get";
    gateway::TestClient client;
    client.call(1, "hello", gateway::array(gateway::map("errors", "map")));
    client.session.reply(client.asked.back().id, port::InfoReply{});
    client.take_bytes();
    client.call(1, method, needs_key ? gateway::array("alice") : gateway::array());
    client.session.reply(client.asked.back().id, reply);
    const Bytes answer = client.take_bytes();
    wire::Reader reader(answer);
    reader.array();
    reader.natural();
    reader.natural();
    const BytesView error = reader.skip();
    inputs.push_back(byte(9) + Bytes(error.size() > 1 ? error : reader.rest()));
  }
  return inputs;
}

// --- What a whole node meets ------------------------------------------------------------------------

/// Doors of node_fuzz.cpp.
Bytes said(const wire::Message& message) { return byte(1) + as_chunk(wire::encoded(message)); }
Bytes asked(BytesView request) { return byte(3) + as_chunk(request); }
Bytes time_passes() { return byte(124) + as_chunk({}); }

/// Another replica compares itself with us, and asks for what it lacks.
Inputs repair_seeds(Epoch epoch) {
  const Bytes seen = encode(seen_some());
  const Bytes marks = said(wire::RepairMarks{{1}, epoch, Bytes(8 * 4, 'm')});
  const Bytes views = said(wire::RepairViews{.epoch = epoch, .compared = 8, .views = {{{1}, seen, true, 5}}});
  const Bytes pull = said(wire::PullRequest{.epoch = epoch, .partition = {1}, .seen = seen, .bytes_max = 9, .ttl = 1s});
  const Bytes sums = said(wire::SumsRequest{.epoch = epoch, .partition = {1}, .bits = 4, .nodes = {0}, .ttl = 1s});
  const Bytes digests = said(wire::DigestsRequest{.epoch = epoch, .partition = {1}, .ttl = 1s});
  return {byte(0) + marks + views + time_passes(), byte(0) + pull + sums + digests};
}

Inputs node_seeds() {
  const Bytes key = ring::Key::make("", "alice")->bytes;
  const Bytes object = encode(some_objects()[2]);
  const Epoch epoch{1};
  const Bytes merge = said(wire::MergeRequest{.epoch = epoch, .key = key, .object = object, .ttl = 1s});
  const Bytes read = said(wire::ReadRequest{.epoch = epoch, .key = key, .full = true, .ttl = 1s});
  const Bytes digest = said(wire::ReadRequest{.epoch = epoch, .key = key, .full = false, .ttl = 1s});
  const Bytes write = said(wire::ForwardWrite{.epoch = epoch,
                                              .key = key,
                                              .value = "milk",
                                              .w = {wire::QuorumLevel::Kind::number, 2},
                                              .client_request = 5,
                                              .hlc = 1,
                                              .ttl = 1s});
  const Bytes scan = said(wire::ScanRequest{.epoch = epoch, .rows_max = 10, .bytes_max = 1000, .ttl = 1s});
  const Bytes claim = said(wire::ActorCheck{.claims = {{{1}, actor_a, 1}, {{2}, actor_b, 9}}});
  const Bytes state = said(wire::PushPull{true, epoch, {test::LoneMember::statement(NodeId{2})}});
  const Bytes links = byte(5) + as_chunk({}) + byte(133) + as_chunk({});
  const Bytes ring = said(wire::RingIs{encode(some_ring(3, 8))});
  const auto requests = client_requests();
  const Bytes put = links + asked(requests[3]), get = links + asked(requests[2]);
  const wire::ReadReply found{.digest = 5, .object = object};
  Inputs inputs{byte(0) + merge + read + digest + scan,
                byte(0) + links + write + said(wire::MergeReply{}) + time_passes(),
                byte(0) + put + said(wire::MergeReply{}) + byte(129) + as_chunk(wire::encoded(wire::MergeReply{})),
                byte(0) + get + said(found) + byte(129) + as_chunk(wire::encoded(found)) + said(found),
                byte(0) + asked(requests[7]) + asked(requests[8]) + said(wire::ScanReply{.rows = {{key, object}}}),
                byte(0) + claim + state + said(wire::RingFetch{}) + ring + time_passes(),
                byte(1) + said(wire::FoundingProbe{}) + asked(requests[12]) + said(wire::FoundingQuery{ClusterId{7}})};
  const wire::FoundingPropose proposal{.founder = NodeId{2},
                                       .ring = encode(some_ring(3, 8)),
                                       .contacts = {{NodeId{2}, LoneNode::address_of(NodeId{2})}}};
  inputs.push_back(byte(1) + said(proposal) +
                   said(wire::FoundingDecision{ClusterId{7}, wire::FoundingOutcome::committed}) + read);
  for (const Bytes& request : requests) inputs.push_back(byte(0) + asked(request) + time_passes());
  for (const Bytes& input : repair_seeds(epoch)) inputs.push_back(input);
  for (const auto& message : some_messages()) inputs.push_back(byte(0) + said(message));
  return inputs;
}

// --- What a node finds when it starts -----------------------------------------------------------------

Inputs boot_seeds() {
  enum : unsigned { identity, identity_copy, clean_stop, cluster, ring, founding, peers, sealed = 0x40, state = 0x80 };
  ByteWriter who(16);
  who.fixed64(1);
  who.fixed64(4);
  const Bytes us = as_chunk(std::move(who).take());
  const auto address = LoneNode::address_of(NodeId{2});
  const topology::ClusterRecord record{
      .cluster = ClusterId{7}, .founder = NodeId{2}, .contacts = {{NodeId{2}, address}}};
  const wire::FoundingPropose proposal{.founder = NodeId{2}, .ring = encode(some_ring(3, 8))};
  const std::vector<wire::MemberUpdate> book{test::LoneMember::statement(NodeId{2})};
  causal::PartitionState seen;
  seen.join_seen(seen_some());
  const Bytes identities = byte(sealed + identity) + us + byte(sealed + identity_copy) + us;
  const Bytes member = byte(sealed + cluster) + as_chunk(topology::encode(record)) + byte(sealed + ring) +
                       as_chunk(encode(some_ring(3, 8))) + byte(sealed + peers) + as_chunk(node::encode_book(book));
  const Bytes stopped = byte(sealed + clean_stop) + as_chunk("clean");
  const Bytes known = byte(sealed + state + 1) + as_chunk(encode(seen));
  return {identities + member + stopped + known,
          identities + member + known,
          identities + stopped,
          member,
          byte(sealed + identity) + us + byte(state + 1) + as_chunk(encode(seen)),
          identities + byte(sealed + founding) + as_chunk(wire::encoded(proposal)),
          byte(ring) + as_chunk("damage")};
}

Inputs config_seeds(const std::filesystem::path& samples) {
  Inputs inputs{"[node]\nweight = 3\n" + Bytes(1, '\0') + "--listen.client=127.0.0.1:4711\n--cluster.seeds\na:1,b:2\n",
                "[quorum]\nread = 2\ntimeout = \"1m\"\n[cluster]\ninit = true\nseeds = [\"a:1\"]\n",
                "[gossip]\nprofile = \"wan\"\nprobe_timeout = \"9s\"\n",
                "[listen]\npeer = \"0.0.0.0:1\"\ninsecure=true\n", "[nod]\nnane = 1\n"};
  for (const auto& sample : std::filesystem::recursive_directory_iterator(samples)) {
    if (sample.path().extension() != ".toml") continue;
    std::ifstream file(sample.path());
    Bytes text;
    for (std::string line; std::getline(file, line);)
      if (!line.starts_with('#')) text += line + "\n";
    inputs.push_back(std::move(text));
  }
  return inputs;
}

void write(const std::filesystem::path& directory, const Inputs& inputs) {
  std::filesystem::create_directories(directory);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    std::ofstream(directory / fmt::format("seed-{:02}", i), std::ios::binary) << inputs[i];
}

}  // namespace

}  // namespace starling::fuzz

int main(int argc, char** argv) {
  using namespace starling::fuzz;
  if (argc != 3) {
    fmt::print(stderr, "usage: fuzz_seeds DIR CONFIGS\n");
    return 2;
  }
  const std::filesystem::path into(argv[1]);
  write(into / "answer", answer_seeds());
  write(into / "boot", boot_seeds());
  write(into / "config", config_seeds(argv[2]));
  write(into / "context", context_seeds());
  write(into / "cursor", cursor_seeds());
  write(into / "dot_set", dot_set_seeds());
  write(into / "frame", frame_seeds());
  write(into / "gossip", gossip_seeds());
  write(into / "message", message_seeds());
  write(into / "node", node_seeds());
  write(into / "object", object_seeds());
  write(into / "partition_state", partition_state_seeds());
  write(into / "ring", ring_seeds());
  write(into / "session", session_seeds());
}
