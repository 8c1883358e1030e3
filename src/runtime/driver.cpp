#include "runtime/driver.hpp"

#include <variant>

namespace starling::runtime {

namespace {
/// How exactly time-outs of connections are kept.
constexpr std::uint64_t tick_ms = 250;
/// How long a node may take to say goodbye.
constexpr std::uint64_t goodbye_ms = 10'000;
}  // namespace

Driver::Driver(Loop& loop, Log& log, node::Node& node, ShardLane& lane, const wire::Hello& hello, Random random)
    : loop_(loop),
      log_(log),
      node_(node),
      timers_(loop, *this),
      datagrams_(loop, *this),
      links_(loop, writes_, *this, log, hello),
      clients_(loop, writes_, *this, log, random.next()),
      ticking_([&loop](uv_timer_t* timer) { return uv_timer_init(loop.get(), timer); }),
      patience_([&loop](uv_timer_t* timer) { return uv_timer_init(loop.get(), timer); }),
      disk_(loop, *this, lane, [this](Error error) { outbox_.add(port::Halt{true, std::move(error.message)}); }) {
  ticking_->data = this;
  patience_->data = this;
}

Result<> Driver::listen(const Address& peers, const Address& clients) {
  if (auto listening = datagrams_.listen(peers); !listening) return listening;
  if (auto listening = links_.listen(peers); !listening) return listening;
  return clients_.listen(clients);
}

void Driver::start() {
  loop_.on_turn_end([this] { end_turn(); });
  uv_timer_start(
      ticking_.get(), [](uv_timer_t* timer) { static_cast<Driver*>(timer->data)->tick(); }, tick_ms, tick_ms);
  node_.start(loop_.now(), outbox_);
}

void Driver::stop() {
  clients_.stop_listening();
  handle(port::StopAsked{});
  uv_timer_start(
      patience_.get(),
      [](uv_timer_t* timer) {
        auto* self = static_cast<Driver*>(timer->data);
        self->log_.warning("the goodbye takes too long; stopping without it");
        self->outbox_.add(port::Halt{});
      },
      goodbye_ms, 0);
}

void Driver::end_turn() {
  // Until quiet: an answer of the disk may lead to a further command, a broken write to an event.
  do {
    step_all();
    disk_.hand_over();
    if (!events_.empty()) continue;
    writes_.flush();
  } while (!events_.empty() || !writes_.empty());
  if (halted_) loop_.stop();
}

void Driver::step_all() {
  stepping_.swap(events_);
  const Instant now = loop_.now();
  for (port::Event& event : stepping_) node_.step(std::move(event), now, outbox_);
  stepping_.clear();
  for (port::Effect& effect : outbox_.effects()) std::visit([this](auto& one) { carry_out(one); }, effect);
  outbox_.clear();
}

void Driver::tick() {
  links_.tick();
  clients_.tick();
}

void Driver::carry_out(port::AnswerClient& effect) {
  if (auto* stats = std::get_if<port::StatsReply>(&effect.reply)) add_counters(*stats);
  clients_.answer(effect.token, std::move(effect.reply));
}

void Driver::carry_out(port::BecameReady&) {
  if (ready_) ready_();
}

void Driver::carry_out(port::Halt& effect) {
  if (!halted_) halted_ = std::move(effect);
}

void Driver::add_counters(port::StatsReply& reply) const {
  reply.counters.emplace_back("client_connections", clients_.connections());
  reply.counters.emplace_back("client_requests_in_flight", clients_.in_flight());
  reply.counters.emplace_back("clients_cut_off", clients_.cut_off());
  reply.counters.emplace_back("peer_links", links_.links_up());
  reply.counters.emplace_back("datagrams_unsent", datagrams_.dropped());
  for (auto& counted : links_.traffic().counters()) reply.counters.push_back(std::move(counted));
  for (auto& counted : log_.counts()) reply.counters.push_back(std::move(counted));
}

}  // namespace starling::runtime
