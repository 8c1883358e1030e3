#include "common_flags.hpp"

#include <charconv>

namespace starling::tools {

api::Level level_of(const std::string& word) {
  if (word == "one") return api::Level::one();
  if (word == "quorum") return api::Level::quorum();
  if (word == "all") return api::Level::all();
  std::uint32_t number = 0;
  auto [end, wrong] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (wrong != std::errc() || end != word.data() + word.size() || number == 0)
    throw CLI::ValidationError("'" + word + "' is not one, quorum, all or a number of replicas");
  return api::Level::number(number);
}

CLI::Option* add_duration(CLI::App& app, const std::string& names, std::chrono::milliseconds& into,
                          const std::string& help) {
  const std::map<std::string, std::uint64_t> units{{"ms", 1}, {"s", 1000}, {"m", 60'000}};
  auto set = [&into](const std::uint64_t& ms) { into = std::chrono::milliseconds(ms); };
  return app.add_option_function<std::uint64_t>(names, set, help)
      ->transform(CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::UNIT_REQUIRED));
}

}  // namespace starling::tools
