#include <iostream>

#include "cli/grammar.hpp"

int main(int argc, char** argv) {
  using namespace starling::cli;
  Session session;
  ExitCode exit_code = ExitCode::ok;
  auto grammar = program_grammar(session, exit_code);
  try {
    grammar->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (grammar->exit(error, std::cout, std::cerr) != 0) exit_code = ExitCode::usage;
  }
  return static_cast<int>(exit_code);
}
