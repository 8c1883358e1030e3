#include "starling/client.hpp"

#include <future>
#include <random>

#include "client/answer.hpp"
#include "client/background.hpp"
#include "client/cluster_view.hpp"
#include "client/error.hpp"
#include "client/request.hpp"

namespace starling::api {
namespace {

using namespace client;
using std::chrono::milliseconds;

/// The protocol's integers stay below 2⁵³, and 0 would be none. Random enough never to repeat
/// within the life of a write.
std::uint64_t new_request_id() {
  thread_local std::mt19937_64 generator{(std::uint64_t{std::random_device{}()} << 32) | std::random_device{}()};
  return (generator() >> 11) | 1;
}

/// Runs an asynchronous call and waits for it.
template <class T, class Start>
Result<T> wait_for(const Background& background, Start start) {
  if (background.on_own_thread())
    return refuse(ErrorCode::invalid,
                  "a synchronous call inside a callback would wait for itself; use the asynchronous one");
  std::promise<Result<T>> promise;
  std::future<Result<T>> future = promise.get_future();
  start([&promise](Result<T> result) { promise.set_value(std::move(result)); });
  return future.get();
}

}  // namespace

struct Client::Impl {
  Background background;

  milliseconds timeout_of(milliseconds asked) const { return asked.count() > 0 ? asked : background.options().timeout; }

  /// A call whose first attempts leave time for another node to be asked.
  std::unique_ptr<Call> call_on_key(std::string_view method, std::string_view bucket, std::string_view key,
                                    Repeat repeat, milliseconds timeout) const {
    auto call = new_call(method, repeat, timeout);
    call->token = token_of(bucket, key);
    call->attempt_timeout = std::min(call->attempt_timeout, Duration(background.options().attempt_timeout));
    return call;
  }

  std::unique_ptr<Call> new_call(std::string_view method, Repeat repeat, milliseconds timeout) const {
    auto call = std::make_unique<Call>();
    call->method = method;
    call->repeat = repeat;
    call->attempt_timeout = timeout_of(timeout);
    call->deadline = Loop::now() + timeout_of(timeout);
    return call;
  }

  /// The node is told a little less than we wait, so that its own word, which is more exact than
  /// ours, comes first.
  static milliseconds told_timeout(milliseconds whole) { return std::max(milliseconds(1), whole - whole / 10); }
  static RequestTerms terms_of(const Call& call, std::uint64_t request_id = 0) {
    return {told_timeout(std::chrono::duration_cast<milliseconds>(call.attempt_timeout)), request_id};
  }

  template <class T>
  void submit(std::unique_ptr<Call> call, Result<T> (*decode)(wire::Reader), Callback<T> then) {
    call->finish = [decode, then = std::move(then)](Result<wire::Reader> result) mutable {
      then(result ? decode(*result) : std::unexpected(std::move(result).error()));
    };
    background.submit(std::move(call));
  }

  void read(std::string_view method, std::string_view key, const ReadOptions& options, auto decode, auto then) {
    auto call = call_on_key(method, options.bucket, key, Repeat::always, options.timeout);
    call->params = pack_read(key, options, terms_of(*call));
    submit(std::move(call), decode, std::move(then));
  }

  void remove(std::string_view key, const WriteOptions& options, Callback<Written> then) {
    auto call = call_on_key("kv.delete", options.bucket, key, Repeat::by_request_id, options.timeout);
    call->params = pack_remove(key, options, terms_of(*call, new_request_id()));
    submit(std::move(call), decode_written, std::move(then));
  }

  /// The node could do the reading. But of a delete that finds out itself what to remove, an attempt that was given
  /// up, and is carried out late, removes what was written after the delete was done. One with a context never does.
  void remove_what_is_there(std::string_view key, WriteOptions options, Callback<Written> then) {
    const Instant deadline = Loop::now() + timeout_of(options.timeout);
    const ReadOptions reading{.bucket = options.bucket, .r = {}, .timeout = options.timeout};
    auto remove_it = [this, key = std::string(key), options = std::move(options), deadline,
                      then = std::move(then)](Result<Reading> there) mutable {
      if (!there) return then(std::unexpected(std::move(there).error()));
      if (!there->found()) return then(Written{.context = std::move(there->context)});
      options.context = std::move(there->context);
      options.timeout = std::max(milliseconds(1), std::chrono::ceil<milliseconds>(deadline - Loop::now()));
      remove(key, options, std::move(then));
    };
    read("kv.get", key, reading, decode_reading, Callback<Reading>(std::move(remove_it)));
  }

  /// What asks one of the configured nodes about itself or the cluster.
  template <class T>
  Result<T> ask(std::string_view method, Result<T> (*decode)(wire::Reader), Repeat repeat = Repeat::always,
                Bytes params = pack_nothing()) {
    auto call = new_call(method, repeat, {});
    call->audience = Audience::configured;
    call->params = std::move(params);
    return wait_for<T>(background, [&](Callback<T> then) { submit(std::move(call), decode, std::move(then)); });
  }
};

Result<Client> Client::open(ClientOptions options) {
  if (options.nodes.empty())
    return refuse(ErrorCode::invalid, "name at least one node, as HOST:PORT of its client port");
  std::vector<HostPort> addresses;
  for (const std::string& node : options.nodes) {
    auto address = parse_host_port(node);
    if (!address) return std::unexpected(to_api(address.error()));
    addresses.push_back(*std::move(address));
  }
  return Client(std::unique_ptr<Impl>(new Impl{Background(std::move(options), std::move(addresses))}));
}

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

void Client::get(std::string_view key, const ReadOptions& options, Callback<Reading> then) {
  impl_->read("kv.get", key, options, decode_reading, std::move(then));
}
Result<Reading> Client::get(std::string_view key, const ReadOptions& options) {
  return wait_for<Reading>(impl_->background, [&](Callback<Reading> then) { get(key, options, std::move(then)); });
}

void Client::exists(std::string_view key, const ReadOptions& options, Callback<bool> then) {
  impl_->read("kv.exists", key, options, decode_bool, std::move(then));
}
Result<bool> Client::exists(std::string_view key, const ReadOptions& options) {
  return wait_for<bool>(impl_->background, [&](Callback<bool> then) { exists(key, options, std::move(then)); });
}

void Client::put(std::string_view key, std::string_view value, const WriteOptions& options, Callback<Written> then) {
  auto call = impl_->call_on_key("kv.put", options.bucket, key, Repeat::by_request_id, options.timeout);
  call->params = pack_put(key, value, options, Impl::terms_of(*call, new_request_id()));
  impl_->submit(std::move(call), decode_written, std::move(then));
}
Result<Written> Client::put(std::string_view key, std::string_view value, const WriteOptions& options) {
  return wait_for<Written>(impl_->background,
                           [&](Callback<Written> then) { put(key, value, options, std::move(then)); });
}

void Client::remove(std::string_view key, const WriteOptions& options, Callback<Written> then) {
  if (options.context.empty()) return impl_->remove_what_is_there(key, options, std::move(then));
  impl_->remove(key, options, std::move(then));
}
Result<Written> Client::remove(std::string_view key, const WriteOptions& options) {
  return wait_for<Written>(impl_->background, [&](Callback<Written> then) { remove(key, options, std::move(then)); });
}

void Client::scan(const ScanOptions& options, Callback<ScanPage> then) {
  auto call = impl_->new_call("kv.scan", Repeat::always, options.timeout);
  call->params = pack_scan(options, Impl::terms_of(*call));
  impl_->submit(std::move(call), decode_scan_page, std::move(then));
}
Result<ScanPage> Client::scan(const ScanOptions& options) {
  return wait_for<ScanPage>(impl_->background, [&](Callback<ScanPage> then) { scan(options, std::move(then)); });
}

Result<std::vector<Member>> Client::members() { return impl_->ask("cluster.members", decode_members); }
Result<RingInfo> Client::ring() { return impl_->ask("cluster.ring", decode_ring_info); }
Result<Status> Client::status() { return impl_->ask("cluster.status", decode_status); }
Result<NodeInfo> Client::info() { return impl_->ask("node.info", decode_info); }
Result<NodeStats> Client::stats() { return impl_->ask("node.stats", decode_stats); }
Result<RepairStatus> Client::repair_status() { return impl_->ask("repair.status", decode_repair_status); }
Result<std::uint32_t> Client::repair_now(std::optional<std::uint32_t> partition) {
  return impl_->ask("repair.now", decode_repairing, Repeat::always, pack_repair_now(partition));
}
Result<Founded> Client::init(std::span<const std::string> peer_addresses) {
  return impl_->ask("cluster.init", decode_founded, Repeat::never, pack_init(peer_addresses));
}
Result<ChangeReport> Client::change(const Change& change) {
  const bool moves_nothing = change.dry_run || change.kind == Change::Kind::rebalance;
  return impl_->ask(change_method(change.kind), decode_change_report, moves_nothing ? Repeat::always : Repeat::never,
                    pack_change(change, {impl_->told_timeout(impl_->timeout_of({})), 0}));
}

Result<ScanPage> Pager::next() {
  Result<ScanPage> page = client_.scan(options_);
  if (!page) return page;
  options_.cursor = page->cursor;
  done_ = page->cursor.empty();
  return page;
}

}  // namespace starling::api
