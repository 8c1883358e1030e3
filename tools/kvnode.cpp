#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "runtime/config.hpp"
#include "runtime/serve.hpp"
#include "runtime/settings_keys.hpp"

/// kvnode: one node of a Starling cluster.

namespace {

std::string help_for_keys() {
  std::string text = "\nEvery key of the configuration file is also a flag, --section.key VALUE:\n";
  for (const auto& key : starling::runtime::known_keys()) text += fmt::format("  --{}\n", key.name);
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("One node of a Starling cluster.", "kvnode");
  std::optional<std::string> file;
  app.add_option("--config", file, "The configuration file, in TOML (see configs/)");
  app.set_version_flag("--version", "kvnode " STARLING_VERSION);
  app.footer(help_for_keys());
  app.allow_extras();  // the keys: read_flags() knows them, and what was meant by a wrong one
  CLI11_PARSE(app, argc, argv);

  const std::vector<std::string> flags = app.remaining();
  const auto settings = starling::runtime::load_settings(file, flags);
  if (!settings) {
    fmt::print(stderr, "kvnode: {}\n", settings.error().message);
    return 2;
  }
  if (auto served = starling::runtime::serve(*settings); !served) {
    fmt::print(stderr, "kvnode: {}\n", served.error().message);
    return 1;
  }
  return 0;
}
