#include "client/dispatcher.hpp"

#include <algorithm>

#include "client/answer.hpp"
#include "client/error.hpp"
#include "client/request.hpp"

namespace starling::client {
namespace {

constexpr Duration ring_refresh_period = 30s;
constexpr Duration ring_refresh_pause = 1s;  ///< after a failure, and while there is no ring yet
constexpr std::chrono::milliseconds busy_tick = 20ms;
constexpr std::chrono::milliseconds idle_tick = 100ms;

/// Whether an error hints that the ring or the members are not what we think.
bool hints_at_change(api::ErrorCode code) {
  using enum api::ErrorCode;
  return code == connection_lost || code == unavailable || code == not_ready || code == timed_out;
}

}  // namespace

Dispatcher::Dispatcher(Loop& loop, const api::ClientOptions& options, std::vector<HostPort> configured, Random random)
    : loop_(loop), options_(options), random_(random) {
  for (HostPort& address : configured) add_endpoint(std::move(address), true);
}

Endpoint* Dispatcher::add_endpoint(HostPort address, bool configured) {
  Endpoint::Listener& listener = *this;
  endpoints_.push_back(std::make_unique<Endpoint>(loop_, listener, std::move(address), configured, options_.name));
  return endpoints_.back().get();
}

void Dispatcher::start(std::unique_ptr<Call> call) {
  if (stopped_) return call->finish(refuse(api::ErrorCode::connection_lost, "the client was closed"));
  if (calls_.size() >= options_.calls_max) {
    call->finish(refuse(api::ErrorCode::overloaded, "this client has " + std::to_string(calls_.size()) +
                                                        " calls under way; wait for some of them"));
    return;
  }
  do ++last_msgid_;
  while (last_msgid_ == 0 || calls_.contains(last_msgid_));
  Call& started = *(calls_[last_msgid_] = std::move(call));
  attempt(last_msgid_, started);
}

void Dispatcher::attempt(std::uint32_t msgid, Call& call) {
  call.asked = choose(call);
  if (!call.asked) {
    if (options_.fail_fast && nobody_can_be_reached())
      finish_failed(msgid, call, {api::ErrorCode::connection_lost, {}, who_failed_and_why(), {}});
    return;
  }
  call.attempt_began = Loop::now();
  call.asked->send(msgid, call.method, call.params);
}

Endpoint* Dispatcher::choose(const Call& call) {
  candidates_.clear();
  auto add = [&](Endpoint* endpoint) {
    if (endpoint && endpoint->usable() && std::ranges::find(candidates_, endpoint) == candidates_.end())
      candidates_.push_back(endpoint);
  };
  if (call.token)
    for (std::uint32_t member : view_.replicas_of(*call.token)) add(endpoint_of_member_[member]);
  if (candidates_.size() <= call.attempts) {
    // No replica is left to ask: any node will do, each in its turn so that none gets all of it.
    bool anyone = call.audience == Audience::anyone;
    std::size_t first = anyone ? next_endpoint_++ : 0;
    for (std::size_t i = 0; i < endpoints_.size(); ++i) {
      Endpoint* endpoint = endpoints_[(first + i) % endpoints_.size()].get();
      if (anyone || endpoint->configured()) add(endpoint);
    }
  }
  return candidates_.empty() ? nullptr : candidates_[call.attempts % candidates_.size()];
}

void Dispatcher::on_answer(Endpoint& endpoint, const Connection::Answer& answer) {
  auto found = calls_.find(answer.msgid);
  if (found == calls_.end() || found->second->asked != &endpoint) return;  // it ended, or went elsewhere
  if (!answer.failed) return finish(answer.msgid, answer.content);
  on_attempt_failed(answer.msgid, *found->second, decode_error(answer.content));
}

void Dispatcher::on_attempt_failed(std::uint32_t msgid, Call& call, api::Error error) {
  bool sent = call.asked != nullptr;
  call.asked = nullptr;
  ++call.attempts;
  if (error.outcome == api::Outcome::in_doubt) call.in_doubt = true;
  if (hints_at_change(error.code)) next_refresh_ = std::min(next_refresh_, Loop::now() + ring_refresh_pause);
  call.retry_at = Loop::now() + pause_before_retry(error.code, call.attempts, random_);
  if (!worth_repeating(call.repeat, error, sent) || call.retry_at >= call.deadline)
    return finish_failed(msgid, call, std::move(error));
  call.last_error = std::move(error);
  if (call.retry_at <= Loop::now()) attempt(msgid, call);
}

void Dispatcher::finish_failed(std::uint32_t msgid, Call& call, api::Error error) {
  finish(msgid, std::unexpected(final_error(std::move(error), call.in_doubt)));
}

void Dispatcher::finish(std::uint32_t msgid, api::Result<wire::Reader> result) {
  // Out of the map first: who hears of it may start the next call.
  std::unique_ptr<Call> call = std::move(calls_.extract(msgid).mapped());
  call->finish(std::move(result));
}

std::vector<std::uint32_t> Dispatcher::calls_matching(auto matches) const {
  std::vector<std::uint32_t> found;
  for (const auto& [msgid, call] : calls_)
    if (matches(*call)) found.push_back(msgid);
  return found;
}

void Dispatcher::on_usable(Endpoint&) {
  map_members();
  if (!view_.known()) refresh_ring();
  for (std::uint32_t msgid : calls_matching([](const Call& call) { return !call.asked && call.attempts == 0; }))
    attempt(msgid, *calls_.at(msgid));
}

void Dispatcher::on_unusable(Endpoint& endpoint, const std::string& why) {
  auto asked_it = [&](const Call& call) { return call.asked == &endpoint; };
  for (std::uint32_t msgid : calls_matching(asked_it)) {
    Call& call = *calls_.at(msgid);
    // The node may have done all of it before it broke.
    auto outcome = call.repeat == Repeat::always ? api::Outcome::refused : api::Outcome::in_doubt;
    std::string where = endpoint.address().host + ":" + std::to_string(endpoint.address().port);
    on_attempt_failed(msgid, call, {api::ErrorCode::connection_lost, outcome, "lost " + where + ": " + why, {}});
  }
  if (!options_.fail_fast || !nobody_can_be_reached()) return;
  for (std::uint32_t msgid : calls_matching([](const Call& call) { return !call.asked; }))
    finish_failed(msgid, *calls_.at(msgid), {api::ErrorCode::connection_lost, {}, who_failed_and_why(), {}});
}

void Dispatcher::tick() {
  Instant now = Loop::now();
  for (const auto& endpoint : endpoints_) endpoint->tick(now);
  if (now >= next_refresh_) refresh_ring();
  auto due = [&](const Call& call) {
    return now >= call.deadline ||
           (call.asked ? now - call.attempt_began >= call.attempt_timeout : now >= call.retry_at);
  };
  for (std::uint32_t msgid : calls_matching(due))
    if (auto found = calls_.find(msgid); found != calls_.end()) tick_call(msgid, *found->second, now);
}

void Dispatcher::tick_call(std::uint32_t msgid, Call& call, Instant now) {
  if (!call.asked && now < call.deadline) return attempt(msgid, call);
  if (!call.asked) {
    api::Error nobody{api::ErrorCode::connection_lost, {}, who_failed_and_why(), {}};
    return finish_failed(msgid, call, call.last_error ? *std::move(call.last_error) : std::move(nobody));
  }
  Endpoint& silent = *call.asked;
  bool nothing_since = silent.last_heard() < call.attempt_began;
  auto outcome = call.repeat == Repeat::always ? api::Outcome::refused : api::Outcome::in_doubt;
  on_attempt_failed(msgid, call, {api::ErrorCode::timed_out, outcome, "the node did not answer in time", {}});
  // Not a word since the request went out: whatever else waits there is better asked elsewhere.
  if (nothing_since && silent.usable()) silent.give_up("the node has stopped answering");
}

std::chrono::milliseconds Dispatcher::tick_period() const { return calls_.empty() ? idle_tick : busy_tick; }

void Dispatcher::stop() {
  stopped_ = true;
  for (std::uint32_t msgid : calls_matching([](const Call&) { return true; })) {
    Call& call = *calls_.at(msgid);
    if (call.asked && call.repeat != Repeat::always) call.in_doubt = true;
    finish_failed(msgid, call, {api::ErrorCode::connection_lost, {}, "the client was closed", {}});
  }
}

void Dispatcher::refresh_ring() {
  next_refresh_ = Loop::now() + (view_.known() ? ring_refresh_period : ring_refresh_pause);
  if (std::exchange(refreshing_, true)) return;
  auto call = std::make_unique<Call>();
  call->method = "cluster.ring";
  call->params = pack_nothing();
  call->attempt_timeout = options_.attempt_timeout;
  call->deadline = Loop::now() + options_.timeout;
  call->finish = [this](api::Result<wire::Reader> result) {
    refreshing_ = false;
    if (!result) return;
    if (api::Result<api::RingInfo> ring = decode_ring_info(*result)) on_ring(*std::move(ring));
  };
  start(std::move(call));
}

void Dispatcher::on_ring(api::RingInfo ring) {
  view_.learn(std::move(ring));
  if (view_.known()) next_refresh_ = Loop::now() + ring_refresh_period;
  map_members();
}

void Dispatcher::map_members() {
  endpoint_of_member_.clear();
  for (const api::Member& member : view_.members()) endpoint_of_member_.push_back(endpoint_of(member));
}

Endpoint* Dispatcher::endpoint_of(const api::Member& member) {
  auto is_it = [&](const auto& endpoint) { return endpoint->usable() && endpoint->node_id() == member.id; };
  if (auto known = std::ranges::find_if(endpoints_, is_it); known != endpoints_.end()) return known->get();
  Result<HostPort> address = parse_host_port(member.client_address);
  if (!address || !member.in_ring) return nullptr;
  auto there = std::ranges::find(endpoints_, *address, [](const auto& endpoint) { return endpoint->address(); });
  if (there != endpoints_.end()) return there->get();
  return add_endpoint(*std::move(address), false);
}

bool Dispatcher::nobody_can_be_reached() const {
  return std::ranges::all_of(endpoints_, [](const auto& endpoint) { return endpoint->failed(); });
}

std::string Dispatcher::who_failed_and_why() const {
  std::string words = "no node can be reached:";
  for (const auto& endpoint : endpoints_) {
    words += ' ' + endpoint->address().host + ':' + std::to_string(endpoint->address().port) + " (" +
             (endpoint->why().empty() ? "no answer yet" : endpoint->why()) + ")";
  }
  return words;
}

}  // namespace starling::client
