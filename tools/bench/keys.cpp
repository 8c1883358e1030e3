#include "bench/keys.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "base/hash.hpp"

namespace starling::bench {
namespace {

constexpr std::string_view prefix = "key-";
constexpr double skew = 0.99;

double zeta(std::uint64_t items) {
  double sum = 0;
  for (std::uint64_t i = 1; i <= items; ++i) sum += 1 / std::pow(static_cast<double>(i), skew);
  return sum;
}

}  // namespace

std::string key_name(std::uint64_t key) { return fmt::format("{}{:012}", prefix, key); }

std::uint64_t key_number(std::string_view name) {
  std::uint64_t key = 0;
  if (!name.starts_with(prefix)) return no_key;
  auto [end, wrong] = std::from_chars(name.data() + prefix.size(), name.data() + name.size(), key);
  return wrong == std::errc() && end == name.data() + name.size() ? key : no_key;
}

double unit(Random& random) { return static_cast<double>(random.next() >> 11) * 0x1p-53; }

Zipfian::Zipfian(std::uint64_t items) : items_(items), zeta_(zeta(items)), alpha_(1 / (1 - skew)) {
  auto n = static_cast<double>(items);
  eta_ = (1 - std::pow(2 / n, 1 - skew)) / (1 - zeta(2) / zeta_);
}

std::uint64_t Zipfian::rank(Random& random) const {
  double u = unit(random), uz = u * zeta_;
  if (uz < 1) return 0;
  if (uz < 1 + std::pow(0.5, skew)) return 1 % items_;
  auto n = static_cast<double>(items_);
  return std::min(static_cast<std::uint64_t>(n * std::pow(eta_ * u - eta_ + 1, alpha_)), items_ - 1);
}

std::uint64_t Zipfian::scattered(Random& random) const {
  std::uint64_t drawn = rank(random);
  return hash64({reinterpret_cast<const char*>(&drawn), sizeof drawn}) % items_;
}

}  // namespace starling::bench
