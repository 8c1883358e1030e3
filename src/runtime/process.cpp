#include "runtime/process.hpp"

#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/ensure.hpp"

namespace starling::runtime {

void prepare_process() {
  std::signal(SIGPIPE, SIG_IGN);
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

Random seeded_random() {
  std::uint64_t seed = 0;
  ensure(getrandom(&seed, sizeof seed, 0) == sizeof seed, "the kernel gave no random bytes");
  return Random(seed);
}

void notify_service_manager(std::string_view state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr || *path == '\0') return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t length = std::strlen(path);
  if (length >= sizeof address.sun_path) return;
  std::copy_n(path, length, address.sun_path);
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // the abstract namespace
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
  sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size);
  close(fd);
}

StopSignals::StopSignals(Loop& loop, std::function<void()> asked)
    : asked_(std::move(asked)), terminate_(watch(loop, SIGTERM)), interrupt_(watch(loop, SIGINT)) {
  terminate_->data = this;
  interrupt_->data = this;
}

void StopSignals::received() {
  if (asked_before_) {
    std::fputs("asked to stop a second time: stopping at once\n", stderr);
    std::_Exit(1);
  }
  asked_before_ = true;
  asked_();
}

Handle<uv_signal_t> StopSignals::watch(Loop& loop, int signal) {
  Handle<uv_signal_t> handle([&loop](uv_signal_t* fresh) { return uv_signal_init(loop.get(), fresh); });
  uv_signal_start(
      handle.get(),
      [](uv_signal_t* watched, int) {
        if (watched->data != nullptr) static_cast<StopSignals*>(watched->data)->received();
      },
      signal);
  return handle;
}

}  // namespace starling::runtime
