#include "storage/digest_cache.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <bit>

#include "base/ensure.hpp"

namespace starling::storage {

DigestCache::DigestCache(std::size_t entries) : mask_(std::bit_floor(std::max<std::size_t>(entries / 4, 1)) - 1) {
  clear();
}

std::uint64_t DigestCache::find(Token token) const {
  for (const Entry& entry : group_of(token).entries)
    if (entry.token == token.value) return entry.digest;
  return 0;
}

void DigestCache::clear() {
  const std::size_t bytes = (mask_ + 1) * sizeof(Group);
  void* zeros = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ensure(zeros != MAP_FAILED, "memory for a cache of digests");
  madvise(zeros, bytes, MADV_HUGEPAGE);  // A look at a random place is a miss of the TLB otherwise.
  groups_ = {static_cast<Group*>(zeros), Unmap{bytes}};
}

void DigestCache::Unmap::operator()(Group* groups) const { munmap(groups, bytes); }

void DigestCache::keep(Token token, std::uint64_t digest) {
  auto& entries = group_of(token).entries;
  auto place = std::ranges::find(entries, token.value, &Entry::token);
  if (place == entries.end()) place = std::ranges::find(entries, 0U, &Entry::digest);
  if (place == entries.end()) place = entries.end() - 1;
  std::move_backward(entries.begin(), place, place + 1);
  entries.front() = {token.value, digest};
}

}  // namespace starling::storage
