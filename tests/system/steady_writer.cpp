// Writes through the C++ client library until its standard input closes, then reads everything back.
//
//     steady_writer HOST:PORT,... [MILLISECONDS]
//
// Each of its threads counts up in a key of its own, in place of what it wrote before, and rests so long between
// two writes. Prints one line of
// JSON: how many writes were done, refused and left in doubt, and in how many keys the last
// acknowledged number is gone.

#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "starling/client.hpp"

using namespace starling;

namespace {

constexpr int writers = 16;

struct Counts {
  std::atomic<std::uint64_t> done, refused, in_doubt, lost;
};

std::uint64_t highest_in(const api::Reading& reading) {
  std::uint64_t highest = 0;
  for (const std::string& value : reading.values) {
    std::uint64_t number = 0;
    std::from_chars(value.data(), value.data() + value.size(), number);
    highest = std::max(highest, number);
  }
  return highest;
}

void write_and_check(api::Client& client, const std::string& key, std::chrono::milliseconds rest,
                     const std::atomic<bool>& stopping, Counts& counts) {
  std::uint64_t acknowledged = 0;
  api::WriteOptions options;
  for (std::uint64_t number = 1; !stopping; ++number) {
    if (options.context.empty()) {
      if (api::Result<api::Reading> seen = client.get(key)) options.context = seen->context;
    }
    std::this_thread::sleep_for(rest);
    api::Result<api::Written> written = client.put(key, std::to_string(number), options);
    options.context = written ? written->context : "";
    if (written) {
      acknowledged = number;
      ++counts.done;
      continue;
    }
    ++(written.error().outcome == api::Outcome::in_doubt ? counts.in_doubt : counts.refused);
    std::cerr << key << ": " << written.error().message << '\n';
  }
  api::Result<api::Reading> last = client.get(key);
  if (!last || highest_in(*last) < acknowledged) {
    std::cerr << key << ": " << acknowledged << " was acknowledged, "
              << (last ? "and the highest read is " + std::to_string(highest_in(*last)) : last.error().message) << '\n';
    ++counts.lost;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::chrono::milliseconds rest(argc > 2 ? std::atoi(argv[2]) : 0);
  api::ClientOptions options;
  std::istringstream list(argc > 1 ? argv[1] : "");
  for (std::string node; std::getline(list, node, ',');) options.nodes.push_back(node);
  options.timeout = std::chrono::seconds(60);  // what is promised is an answer, and the machine may be busy
  api::Result<api::Client> client = api::Client::open(options);
  if (!client) {
    std::cerr << client.error().message << '\n';
    return 2;
  }
  Counts counts{};
  std::atomic<bool> stopping = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < writers; ++i)
    threads.emplace_back([&, i] { write_and_check(*client, "writer " + std::to_string(i), rest, stopping, counts); });
  for (std::string line; std::getline(std::cin, line);) continue;
  stopping = true;
  for (std::thread& thread : threads) thread.join();
  std::cout << "{\"done\":" << counts.done << ",\"refused\":" << counts.refused << ",\"in_doubt\":" << counts.in_doubt
            << ",\"lost\":" << counts.lost << "}\n";
}
