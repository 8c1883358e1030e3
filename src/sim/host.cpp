#include "sim/host.hpp"

#include <utility>

#include "base/ensure.hpp"

namespace starling::sim {

/// What the driver does with each effect.
struct CarryOut {
  Host& host;

  void operator()(port::SendMessage&& effect) { host.network_.send(host.index_, effect.to, effect.message); }
  void operator()(port::SendToAddress&& effect) { host.network_.send(host.index_, effect.to, effect.message); }
  void operator()(port::SendDatagram&& effect) {
    host.network_.send_datagram(host.index_, effect.to, std::move(effect.bytes));
  }
  void operator()(port::Introduce&& effect) { host.network_.introduce(host.index_, effect.node, effect.address); }
  void operator()(port::ArmTimer&& effect) { host.arm(effect.ticket, effect.at); }
  void operator()(port::Store&& effect) { host.disk_.submit(effect.ticket, std::move(effect.command)); }
  void operator()(port::AnswerClient&& effect) {
    auto asked = host.asked_.extract(effect.token);
    ensure(!asked.empty(), "a client is answered twice, or one who did not ask");
    host.agenda_.after(50us,
                       [answered = std::move(asked.mapped()), reply = std::move(effect.reply)] { answered(reply); });
  }
  void operator()(port::JoinedCluster&& effect) { host.hello_.cluster = effect.cluster; }
  void operator()(port::BecameReady&&) {
    host.ready_ = true;
    if (host.on_ring_adopted) host.on_ring_adopted();
  }
  void operator()(port::Halt&& effect) { host.halted_ = std::move(effect); }
  void operator()(port::Notice&& effect) {
    ++host.notices_[effect.kind];
    if (effect.kind == port::NoticeKind::ring_adopted && host.on_ring_adopted) host.on_ring_adopted();
  }
};

Host::Host(Agenda& agenda, Network& network, Trace& trace, node::Config config, Random random)
    : agenda_(agenda),
      network_(network),
      trace_(trace),
      config_(std::move(config)),
      random_(random),
      index_(network.attach(*this)),
      disk_(agenda, random_.fork()),
      clock_(agenda) {
  disk_.on_answered = [this](port::Ticket ticket, Result<storage::Answer> answer) {
    receive(port::StorageAnswered{ticket, std::move(answer)});
  };
  disk_.on_broken = [this](Error error) {
    port::Outbox out;
    out.add(port::Halt{.failed = true, .why = std::move(error.message)});
    carry_out(out);
  };
}

void Host::start() {
  if (up()) return;
  auto boot = disk_.boot();
  if (!boot) {
    disk_.crash();
    halted_ = port::Halt{.failed = true, .why = boot.error().message};
    return;
  }
  hello_ = {.cluster = {}, .node = boot->node, .generation = boot->generation, .peer = config_.peer};
  halted_.reset();
  if (on_started) on_started(*boot);
  node_ = std::make_unique<node::Node>(config_, std::move(*boot), random_.fork());
  port::Outbox out;
  node_->start(clock_.now(), out);
  carry_out(out);
}

void Host::kill() {
  if (!up()) return;
  end_process();
  disk_.crash();
  clock_.restart();
}

void Host::end_process() {
  node_.reset();
  ++life_;
  ready_ = false;
  frozen_ = false;
  kept_.clear();
  network_.on_down(index_);
  for (auto& [token, waiting] : std::exchange(asked_, {}))
    agenda_.after(100us, [answered = std::move(waiting)] { answered(std::nullopt); });
}

void Host::resolve_seeds(const std::vector<Address>& seeds) {
  config_.seeds = seeds;
  receive(port::SeedsResolved{seeds});
}

void Host::ask_to_stop() { receive(port::StopAsked{}); }

void Host::thaw() {
  frozen_ = false;
  while (!kept_.empty() && !frozen_ && up()) {
    port::Event event = std::move(kept_.front());
    kept_.pop_front();
    step(std::move(event));
  }
}

void Host::ask(port::ClientRequest request, Answered answered) {
  if (!up()) return agenda_.after(100us, [answered = std::move(answered)] { answered(std::nullopt); });
  const port::ClientToken token{++last_token_};
  asked_.emplace(token, std::move(answered));
  receive(port::ClientAsked{token, std::move(request), clock_.wall()});
}

void Host::receive(port::Event event) {
  if (!up()) return;
  if (frozen_) return kept_.push_back(std::move(event));
  step(std::move(event));
}

void Host::step(port::Event event) {
  trace_.mix(agenda_.now(), index_, event);
  port::Outbox out;
  node_->step(std::move(event), clock_.now(), out);
  carry_out(out);
}

void Host::carry_out(port::Outbox& out) {
  for (auto& effect : out.effects()) std::visit(CarryOut{*this}, std::move(effect));
  if (!halted_) return;
  end_process();
  halted_->failed ? disk_.crash() : disk_.stop();
}

/// The clock may have become slower meanwhile: no timer elapses before its time.
void Host::arm(port::Ticket ticket, Instant at) {
  agenda_.at(clock_.when(at), [this, life = life_, ticket, at] {
    if (life != life_) return;
    clock_.now() < at ? arm(ticket, at) : receive(port::TimerElapsed{ticket});
  });
}

std::uint64_t Host::noticed(port::NoticeKind kind) const {
  auto found = notices_.find(kind);
  return found == notices_.end() ? 0 : found->second;
}

}  // namespace starling::sim
