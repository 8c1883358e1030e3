#include "storage/seal.hpp"

#include <array>

#include "base/hash.hpp"

namespace starling::storage {

namespace {

using Checksum = std::array<char, 4>;

Checksum checksum_of(BytesView bytes, std::uint64_t place) {
  // The place is multiplied, so that bits which differ high up reach the half that is kept.
  const std::uint64_t hash = hash64(bytes) ^ (place * 0x9e37'79b9'7f4a'7c15ULL);
  Checksum checksum{};
  for (unsigned i = 0; i < checksum.size(); ++i) checksum[i] = static_cast<char>(hash >> (32 + 8 * i));
  return checksum;
}

}  // namespace

void seal(Bytes& bytes, std::uint64_t place) {
  const Checksum checksum = checksum_of(bytes, place);
  bytes.append(checksum.data(), checksum.size());
}

std::optional<BytesView> unseal(BytesView sealed, std::uint64_t place) {
  if (sealed.size() < sizeof(Checksum)) return std::nullopt;
  const BytesView bytes = sealed.substr(0, sealed.size() - sizeof(Checksum));
  const Checksum checksum = checksum_of(bytes, place);
  if (sealed.substr(bytes.size()) != BytesView(checksum.data(), checksum.size())) return std::nullopt;
  return bytes;
}

}  // namespace starling::storage
