#include "runtime/disk_thread.hpp"

#include <pthread.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace starling::runtime {

namespace {
/// After so long without work there is time for the larger housekeeping.
constexpr Duration idle_after = 1s;
/// A commit costs as much CPU as many writes. When commands come in numbers, waiting for more of
/// them saves more than it delays: the longer the more of them came the last time, so one that
/// comes alone is not kept waiting at all.
constexpr std::size_t worth_a_commit = 32;
constexpr Duration patience_per_command = 32us;
constexpr Duration patience_max = 1ms;

std::size_t rows_of(const storage::Command& command) {
  const auto* page = std::get_if<storage::MergePage>(&command);
  return page == nullptr ? 1 : std::max<std::size_t>(page->rows.size(), 1);
}
}  // namespace

void DiskThread::Batch::add(port::Ticket ticket, storage::Command command) {
  tickets.push_back(ticket);
  rows += rows_of(command);
  commands.push_back(std::move(command));
}

void DiskThread::Batch::append(Batch& other) {
  if (empty()) return std::swap(*this, other);
  tickets.insert(tickets.end(), other.tickets.begin(), other.tickets.end());
  commands.insert(commands.end(), std::make_move_iterator(other.commands.begin()),
                  std::make_move_iterator(other.commands.end()));
  rows += other.rows;
  other.clear();
}

void DiskThread::Batch::clear() {
  tickets.clear();
  commands.clear();
  rows = 0;
}

DiskThread::DiskThread(Loop& loop, EventSink& sink, ShardLane& lane, std::function<void(Error)> broken)
    : sink_(sink), lane_(lane), broken_(std::move(broken)), answers_ready_([&loop](uv_async_t* async) {
        return uv_async_init(loop.get(), async, [](uv_async_t* ready) {
          if (ready->data != nullptr) static_cast<DiskThread*>(ready->data)->take_answers();
        });
      }) {
  answers_ready_->data = this;
  thread_ = std::thread([this] { work(); });
  pthread_setname_np(thread_.native_handle(), "disk");
}

DiskThread::~DiskThread() {
  pass_on();
  {
    const std::lock_guard lock(queues_);
    ending_ = true;
  }
  work_arrived_.notify_one();
  thread_.join();
}

void DiskThread::submit(port::Ticket ticket, storage::Command command) { submitted_.add(ticket, std::move(command)); }

void DiskThread::hand_over() {
  while (read_here()) {
  }
  pass_on();
}

bool DiskThread::read_here() {
  const auto wants_read = [](const storage::Command& command) {
    return std::holds_alternative<storage::Get>(command) || std::holds_alternative<storage::GetDigest>(command);
  };
  if (std::none_of(submitted_.commands.begin(), submitted_.commands.end(), wants_read)) return false;
  {
    const auto inside = lane_.try_enter();
    if (!inside) return false;
    std::swap(reading_, submitted_);
    for (std::size_t i = 0; i < reading_.commands.size(); ++i) {
      if (wants_read(reading_.commands[i]))
        read_.push_back({reading_.tickets[i], lane_.read(reading_.commands[i])});
      else
        submitted_.add(reading_.tickets[i], std::move(reading_.commands[i]));
    }
  }
  reading_.clear();
  for (port::StorageAnswered& answer : read_) sink_.handle(std::move(answer));
  read_.clear();
  return true;
}

void DiskThread::pass_on() {
  if (submitted_.empty()) return;
  bool wake = false;
  {
    const std::lock_guard lock(queues_);
    waiting_.append(submitted_);
    wake = waiting_.rows >= wake_at_;
    if (wake) wake_at_ = never;
  }
  if (wake) work_arrived_.notify_one();
}

void DiskThread::take_answers() {
  std::vector<port::StorageAnswered> answers;
  std::optional<Error> failure;
  {
    const std::lock_guard lock(queues_);
    answers.swap(answered_);
    failure = std::exchange(housekeeping_failure_, std::nullopt);
  }
  for (port::StorageAnswered& answer : answers) sink_.handle(std::move(answer));
  if (failure) broken_(std::move(*failure));
}

void DiskThread::work() {
  Batch batch;
  while (wait_for_work(batch)) {
    answer(batch, lane_.run(batch.commands));
    batch.clear();
    keep_house(storage::Engine::Pace::busy);
  }
}

bool DiskThread::wait_for_work(Batch& batch) {
  std::unique_lock lock(queues_);
  if (!sleep_until(lock, 1, idle_after)) {
    lock.unlock();
    keep_house(storage::Engine::Pace::idle);
    lock.lock();
    while (!sleep_until(lock, 1, 1h)) {
    }
  }
  if (last_batch_ > 1)
    sleep_until(lock, worth_a_commit, std::min(patience_max, patience_per_command * static_cast<int>(last_batch_)));
  std::swap(batch, waiting_);
  last_batch_ = batch.size();
  return !batch.empty();
}

/// False when so many rows have not come in time.
bool DiskThread::sleep_until(std::unique_lock<std::mutex>& lock, std::size_t rows, Duration at_most) {
  const auto enough = [&] { return waiting_.rows >= rows || ending_; };
  if (enough()) return true;
  wake_at_ = rows;
  const bool came = work_arrived_.wait_for(lock, at_most, enough);
  wake_at_ = never;
  return came;
}

void DiskThread::answer(const Batch& batch, std::vector<Result<storage::Answer>> answers) {
  {
    const std::lock_guard lock(queues_);
    for (std::size_t i = 0; i < answers.size(); ++i) answered_.push_back({batch.tickets[i], std::move(answers[i])});
  }
  uv_async_send(answers_ready_.get());
}

void DiskThread::keep_house(storage::Engine::Pace pace) {
  auto kept = lane_.maintain(pace);
  // A full disk is told to whoever writes next; everything else means that the engine is lost.
  if (kept || kept.error().code == ErrorCode::disk_full) return;
  {
    const std::lock_guard lock(queues_);
    housekeeping_failure_ = std::move(kept.error());
  }
  uv_async_send(answers_ready_.get());
}

}  // namespace starling::runtime
