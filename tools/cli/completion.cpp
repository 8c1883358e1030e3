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

/// `case` branches: after which command, and which command of a command, which words may come.
std::string branches(const CLI::App& grammar, const std::string& path) {
  std::string text;
  for (const CLI::App* command : grammar.get_subcommands({})) {
    const std::string at = path + "/" + command->get_name();
    std::vector<std::string> words = command_names(*command);
    for (std::string& flag : flag_names(*command)) words.push_back(std::move(flag));
    text += fmt::format("      {0}) at={0} words=\"{1}\" ;;\n", at, joined(words));
    text += branches(*command, at);
  }
  return text;
}

constexpr const char* script = R"(_kvcli() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" words="{0}" at="" word
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$at/$word" in
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
  print_line(fmt::format(script, joined(command_names(grammar)), branches(grammar, ""), joined(flag_names(grammar))));
  return ExitCode::ok;
}

}  // namespace starling::cli
