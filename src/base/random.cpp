#include "base/random.hpp"

#include <bit>

#include "base/ensure.hpp"

namespace starling {

namespace {

std::uint64_t splitmix64(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace

Random::Random(std::uint64_t seed) {
  for (auto& word : state_) word = splitmix64(seed);
}

std::uint64_t Random::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Random::below(std::uint64_t bound) {
  ensure(bound != 0, "Random::below(0)");
  // Lemire 2019, without the rejection step: the bias is under bound / 2^64.
  return static_cast<std::uint64_t>((static_cast<unsigned __int128>(next()) * bound) >> 64);
}

bool Random::chance(std::uint64_t numerator, std::uint64_t denominator) { return below(denominator) < numerator; }

std::uint64_t Random::nonzero() {
  std::uint64_t value = 0;
  while (value == 0) value = next();
  return value;
}

Random Random::fork() { return Random(next()); }

}  // namespace starling
