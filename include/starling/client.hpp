#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "starling/result.hpp"
#include "starling/types.hpp"

/// The Starling client. It needs nothing but the standard library to be included.
///
///     auto client = starling::api::Client::open({.nodes = {"127.0.0.1:4701"}});
///     auto written = client->put("greeting", "hello");
///     auto reading = client->get("greeting");     // reading->values.front() == "hello"
///
/// docs/example.cpp is the longer tour.
namespace starling::api {

struct ClientOptions {
  /// Where to begin: "host:port" of the client port of one or more nodes. The others are learnt
  /// from the first that answers.
  std::vector<std::string> nodes{};
  /// The deadline of a call that names none: everything, retries included, ends within it.
  std::chrono::milliseconds timeout{5000};
  /// How long one node is waited for before another is asked instead.
  std::chrono::milliseconds attempt_timeout{1500};
  /// Calls under way at once; one more is refused as overloaded, and memory stays bounded.
  std::size_t calls_max{100'000};
  /// Where no node at all can be reached: give up at once, instead of trying until the deadline.
  bool fail_fast{};
  /// Shown in the nodes' logs.
  std::string name{"starling-cpp"};
};

/// A connection to a cluster. One is enough for a whole program: every member may be called from
/// any thread at any time, and calls from many threads share its few connections.
///
/// It learns the ring and sends each key to one of its replicas, pipelines what is asked at the
/// same time, reconnects by itself, and tries again what is safe to repeat until the deadline: reads;
/// writes that were refused; and writes in doubt, because each carries a random request id by which
/// the nodes know the repetition. (If another writer has meanwhile replaced the first attempt's
/// value, the repetition may bring it back as a sibling; nothing is ever lost by it.)
///
/// Each call comes twice: one that waits, and one that returns at once and hands the result to a
/// Callback. Every callback is called exactly once, at the latest by the destructor.
class Client {
 public:
  /// Checks the options (`invalid` for a node that is no host:port, or none at all) and starts the
  /// client's thread. Does not wait for a connection.
  static Result<Client> open(ClientOptions options);
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  /// A missing key is no error: the Reading has no values, and a context for the first put.
  Result<Reading> get(std::string_view key, const ReadOptions& options = {});
  void get(std::string_view key, const ReadOptions& options, Callback<Reading> then);

  Result<Written> put(std::string_view key, std::string_view value, const WriteOptions& options = {});
  void put(std::string_view key, std::string_view value, const WriteOptions& options, Callback<Written> then);

  /// Deletes. A concurrent put wins over it.
  Result<Written> remove(std::string_view key, const WriteOptions& options = {});
  void remove(std::string_view key, const WriteOptions& options, Callback<Written> then);

  Result<bool> exists(std::string_view key, const ReadOptions& options = {});
  void exists(std::string_view key, const ReadOptions& options, Callback<bool> then);

  /// Many keys at once, each sent to one of its own replicas, each with a result of its own, in the
  /// order of the keys. The same as as many gets or puts, and no transaction.
  std::vector<Result<Reading>> mget(std::span<const std::string> keys, const ReadOptions& options = {});
  std::vector<Result<Written>> mput(std::span<const PutItem> items, const WriteOptions& options = {});

  /// A page of a bucket. What is written during a scan may or may not be seen by it.
  Result<ScanPage> scan(const ScanOptions& options = {});
  void scan(const ScanOptions& options, Callback<ScanPage> then);

  /// The following are answered by one of `ClientOptions::nodes`, the first that is connected, about
  /// itself or as it sees the cluster.
  Result<std::vector<Member>> members();
  Result<RingInfo> ring();
  Result<Status> status();
  Result<NodeInfo> info();
  Result<NodeStats> stats();
  Result<RepairStatus> repair_status();
  /// Has the asked node compare all of its partitions with their other replicas now, or only one of
  /// them. Returns at once with their number; repair_status() tells how far it has come.
  Result<std::uint32_t> repair_now(std::optional<std::uint32_t> partition = {});
  /// Founds a cluster of the asked node and these others, given by their peer addresses (the asked
  /// node's own may be among them). Accepted by all of them, or nothing happens.
  Result<Founded> init(std::span<const std::string> peer_addresses);
  /// Begins a change of who owns what, and returns once it has begun; status() tells how far it has
  /// come. It is asked for once: where that ends in doubt, status() tells if it has begun.
  Result<ChangeReport> change(const Change& change);

 private:
  struct Impl;
  explicit Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Walks a bucket page by page:
///
///     Pager pager(client, {.prefix = "user:"});
///     while (!pager.done()) {
///       auto page = pager.next();
///       if (!page) break;  // calling next() again tries the same page again
///       for (auto& item : page->items) ...
///     }
///
/// Not for several threads at once.
class Pager {
 public:
  Pager(Client& client, ScanOptions options) : client_(client), options_(std::move(options)) {}

  bool done() const { return done_; }
  Result<ScanPage> next();

 private:
  Client& client_;
  ScanOptions options_;
  bool done_{};
};

}  // namespace starling::api
