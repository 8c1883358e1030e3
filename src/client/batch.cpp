#include <latch>

#include "starling/client.hpp"

/// mget and mput: one call for each key, all under way at once. Their requests leave in the same
/// turn of the loop, each straight to a replica of its own key, and each has its own retries and
/// outcome; a batch in one message would gain little and be as slow as its slowest item.
namespace starling::api {
namespace {

template <class T, class StartOne>
std::vector<Result<T>> gather(std::size_t count, StartOne start_one) {
  std::vector<Result<T>> results(count);
  std::latch missing(static_cast<std::ptrdiff_t>(count));
  for (std::size_t i = 0; i < count; ++i) {
    start_one(i, [&results, &missing, i](Result<T> result) {
      results[i] = std::move(result);
      missing.count_down();
    });
  }
  missing.wait();
  return results;
}

}  // namespace

std::vector<Result<Reading>> Client::mget(std::span<const std::string> keys, const ReadOptions& options) {
  return gather<Reading>(keys.size(),
                         [&](std::size_t i, Callback<Reading> then) { get(keys[i], options, std::move(then)); });
}

std::vector<Result<Written>> Client::mput(std::span<const PutItem> items, const WriteOptions& options) {
  return gather<Written>(items.size(), [&](std::size_t i, Callback<Written> then) {
    WriteOptions one = options;
    one.context = items[i].context;
    put(items[i].key, items[i].value, one, std::move(then));
  });
}

}  // namespace starling::api
