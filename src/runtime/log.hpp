#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "port/notice.hpp"

namespace spdlog {
class logger;
}

namespace starling::runtime {

enum class LogFormat : std::uint8_t { text, json };

/// What operators read, on stderr. The core's notices arrive as data: here they become a line and
/// a count.
class Log {
 public:
  /// `level`: the least severe that is written; `node`: named in every line of JSON.
  Log(port::Severity level, LogFormat format, std::string node);
  ~Log();

  void debug(std::string_view sentence) { write(port::Severity::debug, {}, sentence); }
  void info(std::string_view sentence) { write(port::Severity::info, {}, sentence); }
  void warning(std::string_view sentence) { write(port::Severity::warning, {}, sentence); }
  void error(std::string_view sentence) { write(port::Severity::error, {}, sentence); }
  void notice(const port::Notice& notice);
  /// Written whatever the level is: what programs and people wait for.
  void announce(std::string_view sentence) { write_line(port::Severity::info, {}, sentence); }

  /// How often each kind of notice came, for those that came at all.
  std::vector<std::pair<std::string, std::uint64_t>> counts() const;

 private:
  void write(port::Severity severity, std::string_view kind, std::string_view sentence);
  void write_line(port::Severity severity, std::string_view kind, std::string_view sentence);

  port::Severity level_;
  LogFormat format_;
  std::string node_;
  std::unique_ptr<spdlog::logger> logger_;
  std::array<std::uint64_t, 64> counts_{};
};

}  // namespace starling::runtime
