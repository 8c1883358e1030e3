#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "fuzz.hpp"

/// Tries every file of the directories it is given, and no input at all. An input that breaks a
/// promise stops the program; the last name printed is its file.
int main(int argc, char** argv) {
  starling::fuzz::try_input({});
  std::size_t tried = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      std::printf("%s\n", entry.path().c_str());
      std::fflush(stdout);
      std::ifstream file(entry.path(), std::ios::binary);
      const starling::Bytes input{std::istreambuf_iterator<char>(file), {}};
      starling::fuzz::try_input(input);
      ++tried;
    }
  }
  std::printf("%zu inputs, and every promise was kept\n", tried);
  return tried > 0 ? 0 : 1;
}
