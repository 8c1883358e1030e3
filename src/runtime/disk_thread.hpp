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
/// runs it as one transaction with one commit (group commit), and answers all of it; the more
/// there is to do, the larger its batches. The two sides share two queues, and the shard's lane.
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
  struct Batch {
    std::vector<port::Ticket> tickets;
    std::vector<storage::Command> commands;

    void add(port::Ticket ticket, storage::Command command);
    void append(Batch& other);
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
  bool asleep_ = false;
  bool ending_ = false;
  std::vector<port::StorageAnswered> answered_;
  std::optional<Error> housekeeping_failure_;

  Handle<uv_async_t> answers_ready_;
  std::thread thread_;
};

}  // namespace starling::runtime
