#include "cli/shell.hpp"

#include <editline/readline.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "cli/completion.hpp"
#include "cli/grammar.hpp"
#include "cli/output.hpp"

namespace starling::cli {
namespace {

constexpr int history_lines_max = 1000;

/// $XDG_STATE_HOME/starling/kvcli_history, or the same under ~/.local/state; empty without a home.
std::filesystem::path history_file() {
  const char* state = std::getenv("XDG_STATE_HOME");
  const char* home = std::getenv("HOME");
  if (!state && !home) return {};
  std::filesystem::path directory = state ? state : std::filesystem::path(home) / ".local/state";
  directory /= "starling";
  std::error_code ignored;  // without a directory there is no history, which is no reason to stop
  std::filesystem::create_directories(directory, ignored);
  return directory / "kvcli_history";
}

std::vector<std::string> shell_words() {
  Session none;
  ExitCode ignored{};
  std::vector<std::string> words = command_names(*shell_grammar(none, ignored));
  words.insert(words.end(), {"help", "exit"});
  return words;
}

/// libedit asks for one match after the other and frees what it gets.
char* next_match(const char* begun, int state) {
  static std::vector<std::string> words;  // the interface has no place for it but here
  static std::size_t at;
  if (state == 0) {
    words = shell_words();
    at = 0;
  }
  while (at < words.size())
    if (const std::string& word = words[at++]; word.starts_with(begun)) return strdup(word.c_str());
  return nullptr;
}

char** complete(const char* begun, int start, int) {
  rl_attempted_completion_over = 1;  // no file names
  return start == 0 ? rl_completion_matches(begun, next_match) : nullptr;
}

/// Where lines come from.
class Lines {
 public:
  Lines() : prompted_(isatty(STDIN_FILENO) == 1), history_(history_file()) {
    if (!prompted_) return;
    say("Starling's shell. 'help' lists the commands, tab completes them, ctrl-D leaves.");
    rl_attempted_completion_function = complete;
    using_history();
    stifle_history(history_lines_max);
    read_history(history_.c_str());
  }
  ~Lines() {
    if (prompted_ && !history_.empty()) write_history(history_.c_str());
  }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  std::optional<std::string> next() const {
    if (!prompted_) {
      std::string line;
      return std::getline(std::cin, line) ? std::optional(line) : std::nullopt;
    }
    std::unique_ptr<char, void (*)(void*)> line(readline("starling> "), std::free);
    if (!line) return std::nullopt;
    if (*line) add_history(line.get());
    return line.get();
  }

 private:
  bool prompted_;
  std::filesystem::path history_;
};

ExitCode run_line(Session& session, const std::string& line) {
  ExitCode exit_code = ExitCode::ok;
  auto grammar = shell_grammar(session, exit_code);
  try {
    grammar->parse(line == "help" ? "--help" : line);
  } catch (const CLI::ParseError& error) {
    if (grammar->exit(error, std::cout, std::cerr) != 0) exit_code = ExitCode::usage;
  }
  std::fflush(stdout);
  return exit_code;
}

}  // namespace

ExitCode run_shell(Session& session) {
  Lines lines;
  ExitCode last_failed = ExitCode::ok;
  while (std::optional<std::string> line = lines.next()) {
    std::size_t begin = line->find_first_not_of(" \t");
    if (begin == std::string::npos || (*line)[begin] == '#') continue;
    if (line->substr(begin) == "exit" || line->substr(begin) == "quit") break;
    if (ExitCode code = run_line(session, *line); code != ExitCode::ok) last_failed = code;
  }
  return last_failed;
}

}  // namespace starling::cli
