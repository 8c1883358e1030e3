#include "runtime/log.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace starling;
using namespace starling::runtime;

TEST_CASE("what has happened is counted by its kind, whether it is written or not") {
  Log log(port::Severity::error, LogFormat::text, "a");
  log.notice({.kind = port::NoticeKind::request_forwarded, .severity = port::Severity::count});
  log.notice({.kind = port::NoticeKind::node_ready, .severity = port::Severity::info});
  log.notice({.kind = port::NoticeKind::request_forwarded, .severity = port::Severity::count});
  const std::vector<std::pair<std::string, std::uint64_t>> expected{{"node_ready", 1}, {"request_forwarded", 2}};
  auto counts = log.counts();
  std::ranges::sort(counts);
  CHECK(counts == expected);
}
