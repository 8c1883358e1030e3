#include "bench/ledger.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "base/random.hpp"

namespace starling::bench {
namespace {

/// A million versions for each millisecond since 1970: a later process begins above an earlier one.
std::uint64_t first_version() {
  auto since = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since).count()) << 20;
}

std::uint64_t version_in(const std::string& value) {
  std::uint64_t version = 0;
  if (value.size() >= sizeof version) std::memcpy(&version, value.data(), sizeof version);
  return version;
}

}  // namespace

Ledger::Ledger(std::uint64_t keys, std::size_t value_bytes)
    : entries_(keys), version_(first_version()), value_(value_bytes, '\0') {
  Random random(version_);
  for (char& byte : value_) byte = static_cast<char>(random.next());
}

Ledger::Entry& Ledger::entry(std::uint64_t key) {
  if (key >= entries_.size()) entries_.resize(key + key / 8 + 1);
  return entries_[key];
}

const std::string& Ledger::context(std::uint64_t key) { return entry(key).context; }
void Ledger::keep_context(std::uint64_t key, std::string context) { entry(key).context = std::move(context); }

const std::string& Ledger::value_of(std::uint64_t version) {
  std::memcpy(value_.data(), &version, std::min(value_.size(), sizeof version));
  return value_;
}

void Ledger::acknowledged(std::uint64_t key, std::uint64_t version) {
  Entry& known = entry(key);
  known.acknowledged = std::max(known.acknowledged, version);
}

std::uint64_t Ledger::must_show(std::uint64_t key) {
  return value_.size() < sizeof(version_) ? 0 : entry(key).acknowledged;
}

bool Ledger::shows(const api::Reading& reading, std::uint64_t version) {
  if (version == 0) return true;
  return std::ranges::any_of(reading.values, [&](const std::string& value) { return version_in(value) >= version; });
}

}  // namespace starling::bench
