#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "port/event.hpp"
#include "runtime/event_sink.hpp"
#include "runtime/loop.hpp"
#include "runtime/shard_lane.hpp"

namespace starling::runtime {

/// The thread of one shard, where commits wait for the disk so that sockets do not.
///
/// The loop submits commands and hands them over once per turn. The thread takes all that waits,
/// runs it as one transaction with one commit (group commit), and answers all of it. When commands
/// come in numbers it waits a moment for more of them, since a commit costs as much as several
/// writes. The two sides share two queues, and the shard's lane.
class DiskThread {
 public:
  /// `broken` is called on the loop when housekeeping failed: the node must stop.
  DiskThread(Loop& loop, EventSink& sink, ShardLane& lane, std::function<void(Error)> broken);
  /// Finishes what was handed over, then ends the thread.
  ~DiskThread();

  void submit(port::Ticket ticket, storage::Command command);
  /// Hands over what was submitted. Reads are answered here and now if the lane is free, and may
  /// lead to further submissions, which are handed over as well.
  void hand_over();

 private:
  static constexpr std::size_t never = SIZE_MAX;
  struct Batch {
    std::vector<port::Ticket> tickets;
    std::vector<storage::Command> commands;
    std::size_t rows{};  ///< that they read or write; a commit is paid by these

    void add(port::Ticket ticket, storage::Command command);
    void append(Batch& other);
    std::size_t size() const { return tickets.size(); }
    bool empty() const { return tickets.empty(); }
    void clear();
  };

  // On the loop:
  bool read_here();
  void pass_on();
  void take_answers();
  // On the thread:
  void work();
  bool wait_for_work(Batch& batch);
  bool sleep_until(std::unique_lock<std::mutex>& lock, std::size_t rows, Duration at_most);
  void answer(const Batch& batch, std::vector<Result<storage::Answer>> answers);
  void keep_house(storage::Engine::Pace pace);

  EventSink& sink_;
  ShardLane& lane_;
  std::function<void(Error)> broken_;
  Batch submitted_;
  Batch reading_;
  std::vector<port::StorageAnswered> read_;

  std::mutex queues_;
  std::condition_variable work_arrived_;
  Batch waiting_;
  std::size_t wake_at_ = never;  ///< for how many rows that wait it is worth waking the thread
  std::size_t last_batch_ = 0;
  bool ending_ = false;
  std::vector<port::StorageAnswered> answered_;
  std::optional<Error> housekeeping_failure_;

  Handle<uv_async_t> answers_ready_;
  std::thread thread_;
};

}  // namespace starling::runtime
