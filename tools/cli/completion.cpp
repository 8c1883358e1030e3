#include "cli/completion.hpp"

#include <fmt/format.h>

#include "cli/output.hpp"

namespace starling::cli {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + word;
  return line;
}

std::vector<std::string> flag_names(const CLI::App& grammar) {
  std::vector<std::string> names;
  for (const CLI::Option* option : grammar.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

/// `case` branches: after which command which words may come.
std::string branches(const CLI::App& grammar) {
  std::string text;
  for (const CLI::App* command : grammar.get_subcommands({})) {
    std::vector<std::string> words = command_names(*command);
    for (std::string& flag : flag_names(*command)) words.push_back(std::move(flag));
    text += fmt::format("      {}) words=\"{}\" ;;\n", command->get_name(), joined(words));
  }
  return text;
}

constexpr const char* script = R"(_kvcli() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" words="{0}" word
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$word" in
{1}    esac
  done
  [[ "$current" == -* ]] && words="$words {2}"
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -F _kvcli kvcli)";

}  // namespace

std::vector<std::string> command_names(const CLI::App& grammar) {
  std::vector<std::string> names;
  for (const CLI::App* command : grammar.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

ExitCode print_completion(const CLI::App& grammar, const std::string& shell) {
  // zsh runs bash's completion functions once asked to.
  if (shell == "zsh") print_line("autoload -U +X bashcompinit && bashcompinit");
  print_line(fmt::format(script, joined(command_names(grammar)), branches(grammar), joined(flag_names(grammar))));
  return ExitCode::ok;
}

}  // namespace starling::cli
