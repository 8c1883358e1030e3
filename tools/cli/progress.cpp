#include "cli/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

namespace starling::cli {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t bar_width = 20;
constexpr std::size_t terminal_columns = 80;  ///< of one that does not say
constexpr auto on_terminal_every = 100ms;
constexpr auto in_lines_every = 5s;

std::size_t columns() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : terminal_columns;
}

}  // namespace

Progress::Progress(std::string what)
    : what_(std::move(what)), on_terminal_(isatty(STDERR_FILENO) != 0), next_(Clock::now()) {}

void Progress::show(std::size_t done, std::size_t all, std::string_view more) {
  const auto now = Clock::now();
  if (now < next_ && (done < all || complete_)) return;
  complete_ = done >= all;
  next_ = now + (on_terminal_ ? Clock::duration(on_terminal_every) : Clock::duration(in_lines_every));
  if (!on_terminal_) return fmt::print(stderr, "{} of {} {}{}\n", done, all, what_, more);
  const std::size_t filled = bar_width * done / std::max<std::size_t>(all, 1);
  std::string line =
      fmt::format("[{:#<{}}{:.<{}}] {} of {} {}{}", "", filled, "", bar_width - filled, done, all, what_, more);
  // A line that wraps could not be drawn over.
  line.resize(std::min(line.size(), columns() - 1));
  fmt::print(stderr, "\r{}\033[K", line);
}

void Progress::clear() {
  if (on_terminal_) fmt::print(stderr, "\r\033[K");
}

}  // namespace starling::cli
