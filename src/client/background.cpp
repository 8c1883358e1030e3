#include "client/background.hpp"

#include <random>

#include "client/dispatcher.hpp"

namespace starling::client {
namespace {

std::uint64_t random_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

}  // namespace

Background::Background(api::ClientOptions options, std::vector<HostPort> configured)
    : options_(std::move(options)),
      dispatcher_(std::make_unique<Dispatcher>(loop_, options_, std::move(configured), Random(random_seed()))),
      ticker_(loop_, [this] { on_tick(); }),
      waker_(loop_, [this] { on_wake(); }),
      thread_([this] {
        on_tick();
        loop_.run();
      }) {}

Background::~Background() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  waker_.wake();
  thread_.join();
}

void Background::submit(std::unique_ptr<Call> call) {
  bool first;
  {
    std::lock_guard lock(mutex_);
    first = inbox_.empty();
    inbox_.push_back(std::move(call));
  }
  if (first) waker_.wake();
}

void Background::on_wake() {
  bool stopping;
  {
    std::lock_guard lock(mutex_);
    taken_.swap(inbox_);
    stopping = stopping_;
  }
  for (std::unique_ptr<Call>& call : taken_) dispatcher_->start(std::move(call));
  taken_.clear();
  ticker_.every(dispatcher_->tick_period());
  if (!stopping) return;
  dispatcher_->stop();
  loop_.stop();
}

void Background::on_tick() {
  dispatcher_->tick();
  ticker_.every(dispatcher_->tick_period());
}

}  // namespace starling::client
