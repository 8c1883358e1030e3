#include "base/hash.hpp"

#define XXH_INLINE_ALL
#include <sodium/crypto_shorthash_siphash24.h>
#include <xxhash.h>

namespace starling {

std::uint64_t hash64(BytesView bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

Mac mac_of(const Secret& secret, BytesView bytes) {
  Mac mac{};
  static_assert(sizeof(Mac) == crypto_shorthash_siphashx24_BYTES);
  static_assert(sizeof(Secret) == crypto_shorthash_siphashx24_KEYBYTES);
  crypto_shorthash_siphashx24(mac.data(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                              secret.data());
  return mac;
}

}  // namespace starling
