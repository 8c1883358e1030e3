#include "kvsim/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kvsim/report.hpp"

namespace starling::kvsim {

namespace {

using namespace std::chrono_literals;

std::string line_of(const Totals& totals, std::uint64_t seeds) {
  return fmt::format("{}/{} seeds, {:.2f} h simulated, {} operations, {} broken; {}", totals.seeds, seeds,
                     totals.simulated_hours(), totals.operations(), totals.broken, words_of(totals.faults));
}

std::size_t columns() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

Progress::Progress(std::uint64_t seeds)
    : seeds_(seeds), on_terminal_(isatty(STDERR_FILENO) != 0), next_(Clock::now() + (on_terminal_ ? 0s : 10s)) {}

void Progress::show(const Totals& totals) {
  const auto now = Clock::now();
  if (seeds_ == 1 || now < next_) return;
  next_ = now + (on_terminal_ ? 200ms : 10s);
  std::string line = line_of(totals, seeds_);
  if (!on_terminal_) return fmt::print(stderr, "{}\n", line);
  line.resize(std::min(line.size(), columns() - 1));
  fmt::print(stderr, "\r{}\033[K", line);
}

void Progress::clear() {
  if (on_terminal_) fmt::print(stderr, "\r\033[K");
}

}  // namespace starling::kvsim
