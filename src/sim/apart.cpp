#include "sim/apart.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "base/ensure.hpp"

namespace starling::sim {

namespace {

/// The child: each broken rule on a line. What ensure() says goes the same way.
[[noreturn]] void run_and_tell(const std::function<std::vector<Violation>()>& run, int out) noexcept {
  signal(SIGABRT, SIG_DFL);  // whatever the program makes of it is not for this process
  dup2(out, STDERR_FILENO);
  for (const Violation& violation : run()) std::fprintf(stderr, "%s\n", violation.rule.c_str());
  std::fflush(stderr);
  _exit(0);
}

std::string read_all(int in) {
  std::string text;
  std::array<char, 4096> buffer;
  for (ssize_t got; (got = read(in, buffer.data(), buffer.size())) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(got));
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
    lines.push_back(text.substr(at, end - at));
  return lines;
}

}  // namespace

Finding run_apart(const std::function<std::vector<Violation>()>& run) {
  int ends[2];
  ensure(pipe(ends) == 0, "a pipe to a child");
  std::fflush(nullptr);  // or both would write what waits
  const pid_t child = fork();
  ensure(child >= 0, "a child process");
  if (child == 0) run_and_tell(run, ends[1]);
  close(ends[1]);
  std::string text = read_all(ends[0]);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status)) return {.rules = lines_of(text), .last_words = {}};
  return {.rules = {"invariant"}, .last_words = std::move(text)};
}

Finding run_apart(const TrialConfig& config) {
  return run_apart([&] { return run_trial(config).violations; });
}

}  // namespace starling::sim
