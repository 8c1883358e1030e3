#include "bench/process_cpu.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace starling::bench {
namespace {

Result<std::uint64_t> ticks_of(pid_t process) {
  std::ifstream file(fmt::format("/proc/{}/stat", process));
  std::string line;
  if (!std::getline(file, line))
    return fail(ErrorCode::invalid, fmt::format("there is no process {} to watch", process));
  // The second field is the program's name in parentheses, spaces and all: count from its end.
  std::istringstream rest(line.substr(line.rfind(')') + 2));
  std::string skipped;
  for (int field = 3; field < 14; ++field) rest >> skipped;
  std::uint64_t user = 0, system = 0;
  rest >> user >> system;
  return user + system;
}

Duration duration_of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

}  // namespace

Result<Duration> cpu_of(std::span<const pid_t> processes) {
  std::uint64_t ticks = 0;
  for (pid_t process : processes) {
    Result<std::uint64_t> one = ticks_of(process);
    if (!one) return std::unexpected(std::move(one).error());
    ticks += *one;
  }
  return Duration(std::chrono::seconds(1)) / sysconf(_SC_CLK_TCK) * static_cast<std::int64_t>(ticks);
}

Duration own_cpu() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return duration_of(usage.ru_utime) + duration_of(usage.ru_stime);
}

}  // namespace starling::bench
