#include "causal/object.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "base/byte_stream.hpp"
#include "base/ensure.hpp"
#include "base/hash.hpp"
#include "base/planted.hpp"

namespace starling::causal {

bool Object::live() const {
  return std::ranges::any_of(siblings, [](const Sibling& sibling) { return !sibling.tombstone; });
}

bool Object::filled() const {
  return std::ranges::all_of(siblings, [this](const Sibling& sibling) { return context.covers(sibling.dot); });
}

const Sibling* Object::find(Dot dot) const {
  const auto it = std::ranges::find(siblings, dot, &Sibling::dot);
  return it == siblings.end() ? nullptr : &*it;
}

Object fill(Object object, const Seen& seen) {
  object.context.join(seen.base());
  return object;
}

Object strip(Object object, const Seen& seen) {
  object.context.drop_covered_by(seen.base());
  return object;
}

namespace {

/// Of both, sorted; each leaves those that the other's context covers and the other has not.
std::vector<Sibling> join_siblings(Object& x, Object& y) {
  if (x.siblings.empty()) {  // As in most merges: one of the two has no row.
    std::erase_if(y.siblings, [&](const Sibling& theirs) { return x.context.covers(theirs.dot); });
    return std::move(y.siblings);
  }
  std::vector<Sibling> merged;
  merged.reserve(x.siblings.size() + y.siblings.size());
  auto ours = x.siblings.begin();
  auto theirs = y.siblings.begin();
  while (ours != x.siblings.end() || theirs != y.siblings.end()) {
    const bool ours_first = theirs == y.siblings.end() || (ours != x.siblings.end() && ours->dot <= theirs->dot);
    const bool both = ours_first && theirs != y.siblings.end() && ours->dot == theirs->dot;
    Sibling& next = ours_first ? *ours++ : *theirs++;
    if (both) ++theirs;
    const VersionVector& other = ours_first ? y.context : x.context;
    if (both || !other.covers(next.dot)) merged.push_back(std::move(next));
  }
  return merged;
}

}  // namespace

Object join(Object x, Object y) {
  x.siblings = join_siblings(x, y);
  if (planted(Bug::smaller_sibling_dropped) && !x.siblings.empty())
    x.siblings.erase(x.siblings.begin(), x.siblings.end() - 1);
  x.context.join(y.context);
  return x;
}

Object put(Object object, const VersionVector& client_context, Sibling sibling) {
  if (!planted(Bug::overwritten_kept))
    std::erase_if(object.siblings, [&](const Sibling& old) { return client_context.covers(old.dot); });
  object.context.join(client_context);
  ensure(!object.context.covers(sibling.dot), "a put needs a dot that nobody has seen");
  object.context.advance(sibling.dot);
  object.siblings.insert(std::ranges::upper_bound(object.siblings, sibling.dot, {}, &Sibling::dot), std::move(sibling));
  return object;
}

namespace {

/// 0 for no dots, and for nothing else.
std::uint64_t hash_with(std::uint64_t hash, Dot dot) {
  const std::array words{little_endian(hash), little_endian(dot.actor.value), little_endian(dot.n)};
  const auto bytes = std::bit_cast<std::array<char, sizeof words>>(words);
  const std::uint64_t next = hash64({bytes.data(), bytes.size()});
  return next == 0 ? 1 : next;
}

}  // namespace

std::uint64_t digest(const Object& object) {
  std::uint64_t hash = 0;
  for (const Sibling& sibling : object.siblings) {
    if (sibling.tombstone) continue;
    hash = planted(Bug::digest_over_values) ? 31 * hash + hash64(sibling.value) : hash_with(hash, sibling.dot);
  }
  return hash;
}

std::uint64_t fingerprint(const Object& object) {
  std::uint64_t hash = 0;
  for (const Sibling& sibling : object.siblings) hash = hash_with(hash, sibling.dot);
  return hash;
}

}  // namespace starling::causal
