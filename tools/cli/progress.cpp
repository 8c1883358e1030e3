#include "cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

namespace starling::cli {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t bar_width = 30;
constexpr auto on_terminal_every = 100ms;
constexpr auto in_lines_every = 5s;

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
  fmt::print(stderr, "\r[{:#<{}}{:.<{}}] {} of {} {}{}\033[K", "", filled, "", bar_width - filled, done, all, what_,
             more);
}

void Progress::clear() {
  if (on_terminal_) fmt::print(stderr, "\r\033[K");
}

}  // namespace starling::cli
