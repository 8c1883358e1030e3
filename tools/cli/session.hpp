#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "starling/client.hpp"

namespace starling::cli {

enum class Format {
  table,  ///< for people
  json,   ///< for programs: one document, or one per line for what comes as a list
  raw,    ///< the bytes of values, nothing added
};

/// What every command obeys.
struct Settings {
  std::vector<std::string> nodes;
  Format format{Format::table};
  std::chrono::milliseconds timeout{5000};
  std::string bucket;
  api::Level r, w;
};

/// The settings and the one client that all commands of this process share, opened by the first
/// that needs it.
class Session {
 public:
  Settings settings;

  api::Result<api::Client*> client();

  api::ReadOptions read_options() const { return {settings.bucket, settings.r, settings.timeout}; }
  api::WriteOptions write_options(std::string context, bool sloppy = false) const {
    return {settings.bucket, std::move(context), settings.w, settings.timeout, sloppy};
  }

 private:
  std::optional<api::Client> client_;
};

}  // namespace starling::cli
