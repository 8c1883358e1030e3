#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "ring/key.hpp"

namespace starling::storage {

/// Whether an acknowledged write survives the loss of power ("full"), or only the loss of the
/// process ("normal": after an unclean stop all our actors are in doubt).
enum class Durability : std::uint8_t { full, normal };

struct EngineStats {
  std::uint64_t file_bytes{};
  std::uint64_t stored_bytes{};  ///< that what is kept takes, about
  std::uint64_t wal_bytes{};
  std::uint64_t commits{};
  std::uint64_t checkpoints{};
};

/// Ordered rows, partition states and small named records, with transactions: all that a shard
/// needs of a disk. An engine knows no siblings and no contexts; it keeps bytes.
///
/// Synchronous and used by one thread. Changes happen between begin() and commit(), are seen by
/// the reads that follow them, and are durable when commit() has returned well. Reads need no
/// transaction. Rows are in the order of (token, key), tokens unsigned.
///
/// Errors: `disk_full` leaves the engine usable once the transaction is rolled back; after
/// `storage_failed` nothing can be said about the last transaction, and the caller must stop.
class Engine {
 public:
  virtual ~Engine() = default;

  virtual Result<> begin() = 0;
  virtual Result<> commit() = 0;
  /// Back to the last commit. Harmless without a transaction.
  virtual void rollback() = 0;

  /// False when there is no such row; `row` is then empty.
  virtual Result<bool> get(const ring::Key& key, Bytes& row) = 0;
  /// The caller has read before it writes, and says what it found: an engine need not look again.
  virtual Result<> insert(const ring::Key& key, BytesView row) = 0;  ///< there is none yet
  virtual Result<> update(const ring::Key& key, BytesView row) = 0;  ///< there is one
  virtual Result<> erase(const ring::Key& key) = 0;

  enum class Visit : std::uint8_t { go_on, stop };
  using RowVisitor = std::function<Visit(Token token, BytesView key, BytesView row)>;
  /// Every row from the first one after `after` up to and including token `last`, until the
  /// visitor says stop. Empty bytes in `after` stand before every row of its token. The visitor
  /// must not call the engine.
  virtual Result<> scan(const ring::Key& after, Token last, const RowVisitor& visit) = 0;

  using StateRow = std::pair<PartitionId, Bytes>;
  struct States {
    std::vector<StateRow> rows;  ///< ordered by partition
    bool complete = true;        ///< false: damage was met, and any of them may be older than what was saved last
  };
  virtual Result<States> load_states() = 0;
  /// All states that a transaction has changed, in one call.
  virtual Result<> save_states(std::span<const StateRow> states) = 0;

  /// That this replica owes `target` the present state of a key.
  struct Hint {
    NodeId target;
    ring::Key key;
    PartitionId partition;
    friend auto operator<=>(const Hint&, const Hint&) = default;
  };
  virtual Result<bool> save_hint(const Hint& hint) = 0;  ///< false: it was there already, and stays as it is
  /// The same with what is to be delivered, which takes the place of what was there.
  virtual Result<> save_payload(const Hint& hint, BytesView payload) = 0;
  /// False when there is no such hint; `payload` is empty then, and for a hint that has none.
  virtual Result<bool> get_payload(const Hint& hint, Bytes& payload) = 0;
  virtual Result<bool> erase_hint(const Hint& hint) = 0;  ///< false: there was none
  using HintVisitor = std::function<Visit(const Hint& hint, BytesView payload)>;
  /// The hints for one node, from the first key after `after`. The visitor must not call the engine.
  virtual Result<> scan_hints(NodeId target, const ring::Key& after, const HintVisitor& visit) = 0;
  using HintCount = std::pair<NodeId, std::uint64_t>;
  /// Ordered by target; slow where there are many.
  virtual Result<std::vector<HintCount>> count_hints() = 0;

  using Record = std::pair<std::string, Bytes>;
  virtual Result<std::vector<Record>> load_records() = 0;
  /// Empty bytes remove it.
  virtual Result<> save_record(const std::string& name, BytesView bytes) = 0;

  enum class Pace : std::uint8_t { busy, idle };
  /// Housekeeping between batches: cheap when there is nothing to do. `idle`: nobody waits.
  virtual Result<> maintain(Pace pace) = 0;
  /// Reads everything and looks for damage. A crash is no reason to: it takes as long as there is data.
  virtual Result<> check() = 0;
  virtual EngineStats stats() const = 0;
};

}  // namespace starling::storage
