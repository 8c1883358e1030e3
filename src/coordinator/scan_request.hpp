#pragma once

#include <vector>

#include "coordinator/asking.hpp"
#include "coordinator/scan_cursor.hpp"
#include "port/event.hpp"
#include "storage/commands.hpp"
#include "wire/messages.hpp"

namespace starling::coordinator {

/// A page over the whole store, in token order: partition after partition, R replicas of each are
/// asked for their rows, and what lives in the joined rows is shown. A page ends when it is full,
/// when half of its time is gone, or with the store; its cursor says where the next one begins.
class ScanRequest {
 public:
  /// `start` is what the request's cursor means.
  ScanRequest(port::ClientToken client, port::ScanRequest request, ScanCursor start, const Step& step);

  /// Asks for the next rows.
  Progress begin(Step& step);
  Progress on_storage(Result<storage::Answer> answer, Step& step);
  Progress on_message(NodeId from, const wire::ScanReply& reply, Step& step);
  Progress on_late(Step& step);
  Progress on_peer_lost(NodeId peer, Step& step);
  Progress on_ring(Step& step);
  void on_deadline(Step& step);

 private:
  void ask(std::uint32_t place, Step& step);
  Progress ask_more(Step& step);
  Progress stall(Step& step);
  Progress take(std::uint32_t place, Result<storage::ScanAnswer> page, Step& step);
  Progress failed(std::uint32_t place, ErrorCode why, Step& step);
  Progress advance(storage::ScanAnswer joined, Step& step);
  void show(storage::ScannedRow row, Step& step);
  bool full() const;
  Progress finish(Step& step);
  Progress give_up(Error error, Step& step);

  port::ClientToken client_;
  Bytes prefix_;  ///< of ring::Key::bytes
  port::QuorumLevel level_;
  std::uint32_t rows_max_{};
  std::uint32_t bytes_left_{};
  Instant half_time_;
  ScanCursor start_;
  ScanCursor at_;
  bool at_end_{};
  std::optional<Asking> asking_;  ///< for the rows behind `at_`
  Epoch version_;                 ///< of the partition, for which they are asked
  bool stalled_{};                ///< too few can answer until all go by the same ring
  std::vector<storage::ScanAnswer> pages_;
  std::vector<port::ScanReply::Item> items_;
};

}  // namespace starling::coordinator
