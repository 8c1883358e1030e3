#include "runtime/log.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>

#include "base/ensure.hpp"

namespace starling::runtime {

namespace {

spdlog::level::level_enum to_spdlog(port::Severity severity) {
  switch (severity) {
    case port::Severity::count: return spdlog::level::trace;
    case port::Severity::debug: return spdlog::level::debug;
    case port::Severity::info: return spdlog::level::info;
    case port::Severity::warning: return spdlog::level::warn;
    case port::Severity::error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

std::string_view name_of(port::Severity severity) {
  const auto name = spdlog::level::to_string_view(to_spdlog(severity));
  return {name.data(), name.size()};
}

}  // namespace

Log::Log(port::Severity level, LogFormat format, std::string node)
    : level_(level),
      format_(format),
      node_(std::move(node)),
      logger_(std::make_unique<spdlog::logger>("starling", std::make_shared<spdlog::sinks::stderr_sink_mt>())) {
  logger_->set_level(spdlog::level::trace);  // write() decides
  logger_->set_pattern(format == LogFormat::json ? "%v" : "%Y-%m-%d %H:%M:%S.%e %-7l %v");
}

Log::~Log() { logger_->flush(); }

void Log::notice(const port::Notice& notice) {
  const auto index = static_cast<std::size_t>(notice.kind);
  ensure(index < counts_.size(), "more kinds of notices than the log has counters");
  ++counts_[index];
  if (notice.severity == port::Severity::count || notice.severity < level_) return;
  std::string sentence = notice.detail.empty() ? std::string(port::name_of(notice.kind)) : notice.detail;
  if (notice.about) sentence += fmt::format(" [node {}]", to_string(notice.about));
  write(notice.severity, port::name_of(notice.kind), sentence);
}

std::vector<std::pair<std::string, std::uint64_t>> Log::counts() const {
  std::vector<std::pair<std::string, std::uint64_t>> named;
  for (std::size_t i = 0; i < counts_.size(); ++i)
    if (counts_[i] != 0) named.emplace_back(port::name_of(static_cast<port::NoticeKind>(i)), counts_[i]);
  return named;
}

void Log::write(port::Severity severity, std::string_view kind, std::string_view sentence) {
  if (severity >= level_) write_line(severity, kind, sentence);
}

void Log::write_line(port::Severity severity, std::string_view kind, std::string_view sentence) {
  const auto level = to_spdlog(severity);
  if (format_ == LogFormat::text) {
    logger_->log(level, spdlog::string_view_t(sentence.data(), sentence.size()));
    return;
  }
  const auto now =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
  nlohmann::ordered_json line{{"unix_ms", now.count()}, {"level", name_of(severity)}, {"node", node_}};
  if (!kind.empty()) line["kind"] = kind;
  line["message"] = sentence;
  // Bytes of strangers may be quoted in a sentence, and need not be UTF-8.
  logger_->log(level, line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

}  // namespace starling::runtime
