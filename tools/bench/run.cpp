#include "bench/run.hpp"

#include "bench/process_cpu.hpp"
#include "client/answer.hpp"
#include "client/error.hpp"
#include "client/request.hpp"

namespace starling::bench {
namespace {

using namespace std::chrono_literals;

constexpr Duration connecting_max = 10s;
constexpr Duration expiry_period = 100ms;
/// After its own time-out a node has this long to say so.
constexpr Duration grace = 1s;

}  // namespace

Run::Run(const Plan& plan, std::vector<client::HostPort> nodes, api::RingInfo ring, Ledger& ledger)
    : plan_(plan),
      ledger_(ledger),
      mix_(plan),
      request_ids_(ledger.next_version()),
      lanes_(loop_, *this, nodes, plan.connections, std::move(ring)),
      operations_(plan.in_flight_max()),
      ticker_(loop_, [this] { on_tick(); }) {
  for (std::size_t slot = operations_.size(); slot > 0; --slot) free_.push_back(slot - 1);
}

Result<Tally> Run::go() {
  begun_ = client::Loop::now();
  ticker_.every(1ms);
  loop_.run();
  if (!trouble_.empty()) return fail(ErrorCode::connection_lost, trouble_);
  return std::move(tally_);
}

void Run::on_usable(client::Endpoint&) {
  lanes_.map_members();
  if (!pace_ && lanes_.all_usable()) begin();
}

void Run::begin() {
  if (Result<Duration> cpu = cpu_of(plan_.cpu_of)) tally_.nodes_cpu -= *cpu;
  tally_.own_cpu -= own_cpu();
  begun_ = client::Loop::now();
  pace_.emplace(plan_, begun_);
  if (!plan_.open_loop()) ticker_.every(20ms);
  pump();
}

void Run::on_tick() {
  Instant now = client::Loop::now();
  lanes_.tick(now);
  if (!pace_ && now - begun_ > connecting_max) {
    trouble_ = "not all connections could be made: " + lanes_.why_not();
    return loop_.stop();
  }
  if (!pace_) return;
  if (now - last_expiry_ > expiry_period) expire_silent(now);
  pump();
}

void Run::pump() {
  Instant now = client::Loop::now();
  while (!free_.empty()) {
    std::optional<Instant> intended = pace_->next(now);
    if (!intended || !lanes_.any_usable()) break;
    std::size_t slot = free_.back();
    free_.pop_back();
    pace_->begun();
    start(slot, *intended);
  }
  if (free_.size() < operations_.size() || !pace_->ended(now)) return;
  tally_.elapsed = now - begun_;
  tally_.offered = pace_->offered(now);
  if (Result<Duration> cpu = cpu_of(plan_.cpu_of)) tally_.nodes_cpu += *cpu;
  tally_.own_cpu += own_cpu();
  loop_.stop();
}

void Run::start(std::size_t slot, Instant intended) {
  Operation& operation = operations_[slot];
  operation.what = mix_.draw();
  operation.intended = intended;
  operation.sent = client::Loop::now();
  std::string key = key_name(operation.what.key);
  bool knows_enough = operation.what.kind == Kind::insert ||
                      (operation.what.kind == Kind::update && !ledger_.context(operation.what.key).empty());
  if (knows_enough) return send_write(slot, key);
  if (operation.what.kind == Kind::update) ++tally_.context_reads;
  send_read(slot, key);
}

void Run::send_read(std::size_t slot, const std::string& key) {
  Operation& operation = operations_[slot];
  operation.stage = Stage::reading;
  operation.must_show = plan_.reads_see_writes() ? ledger_.must_show(operation.what.key) : 0;
  send(slot, key, "kv.get", client::pack_read(key, {plan_.bucket, plan_.r, {}}, {plan_.timeout, 0}));
}

void Run::send_write(std::size_t slot, const std::string& key) {
  Operation& operation = operations_[slot];
  operation.stage = Stage::writing;
  operation.version = ledger_.next_version();
  api::WriteOptions options{plan_.bucket, ledger_.context(operation.what.key), plan_.w, {}};
  client::RequestTerms terms{plan_.timeout, (request_ids_.next() >> 11) | 1};
  send(slot, key, "kv.put", client::pack_put(key, ledger_.value_of(operation.version), options, terms));
}

void Run::send(std::size_t slot, std::string_view key, std::string_view method, const Bytes& params) {
  Operation& operation = operations_[slot];
  Lane* lane = lanes_.choose(client::token_of(plan_.bucket, key));
  if (!lane) return fail_with(slot, "CONNECTION_LOST");
  operation.lane = lane;
  operation.last_sent = client::Loop::now();
  ++lane->in_flight;
  lane->endpoint.send(static_cast<std::uint32_t>(operation.generation) << 16 | static_cast<std::uint32_t>(slot + 1),
                      method, params);
}

void Run::on_answer(client::Endpoint&, const client::Connection::Answer& answer) {
  std::size_t slot = (answer.msgid & 0xffffU) - 1;
  if (slot >= operations_.size() || operations_[slot].generation != answer.msgid >> 16) return;
  Operation& operation = operations_[slot];
  if (operation.stage == Stage::free) return;
  --operation.lane->in_flight;
  operation.lane = nullptr;
  if (answer.failed)
    fail_with(slot, api::name_of(client::decode_error(answer.content).code));
  else if (operation.stage == Stage::reading)
    on_read(slot, answer.content);
  else
    on_written(slot, answer.content);
  pump();
}

void Run::on_read(std::size_t slot, wire::Reader result) {
  Operation& operation = operations_[slot];
  api::Result<api::Reading> reading = client::decode_reading(result);
  if (!reading) return fail_with(slot, api::name_of(reading.error().code));
  if (!Ledger::shows(*reading, operation.must_show)) ++tally_.stale;
  note_siblings(reading->values.size());
  if (!reading->found() && operation.what.kind != Kind::update) ++tally_.missing;
  if (operation.what.kind == Kind::read) return finish(slot);
  ledger_.keep_context(operation.what.key, std::move(reading->context));
  send_write(slot, key_name(operation.what.key));
}

void Run::on_written(std::size_t slot, wire::Reader result) {
  Operation& operation = operations_[slot];
  api::Result<api::Written> written = client::decode_written(result);
  if (!written) return fail_with(slot, api::name_of(written.error().code));
  ledger_.acknowledged(operation.what.key, operation.version);
  ledger_.keep_context(operation.what.key, std::move(written->context));
  note_siblings(written->siblings);
  finish(slot);
}

void Run::note_siblings(std::size_t count) {
  if (count > 1) ++tally_.siblings;
  tally_.siblings_most = std::max<std::uint64_t>(tally_.siblings_most, count);
}

void Run::finish(std::size_t slot) {
  const Operation& operation = operations_[slot];
  Instant now = client::Loop::now();
  Times& times = operation.what.kind == Kind::read                ? tally_.reads
                 : operation.what.kind == Kind::read_modify_write ? tally_.read_modify_writes
                                                                  : tally_.writes;
  times.response.add(now - operation.intended);
  times.service.add(now - operation.sent);
  ++tally_.done;
  release(slot);
}

void Run::fail_with(std::size_t slot, std::string_view error) {
  ++tally_.errors[std::string(error)];
  // What the write left behind is not known: the next one of this key looks first.
  if (operations_[slot].stage == Stage::writing) ledger_.keep_context(operations_[slot].what.key, {});
  release(slot);
}

void Run::release(std::size_t slot) {
  Operation& operation = operations_[slot];
  if (operation.lane) --operation.lane->in_flight;
  operation.lane = nullptr;
  operation.stage = Stage::free;
  ++operation.generation;
  free_.push_back(slot);
}

void Run::on_unusable(client::Endpoint& endpoint, const std::string&) {
  for (std::size_t slot = 0; slot < operations_.size(); ++slot) {
    const Operation& operation = operations_[slot];
    if (operation.lane && &operation.lane->endpoint == &endpoint) fail_with(slot, "CONNECTION_LOST");
  }
}

void Run::expire_silent(Instant now) {
  last_expiry_ = now;
  for (std::size_t slot = 0; slot < operations_.size(); ++slot) {
    const Operation& operation = operations_[slot];
    if (operation.stage != Stage::free && now - operation.last_sent > plan_.timeout + grace)
      fail_with(slot, "NO_ANSWER");
  }
}

}  // namespace starling::bench
