#include "sim/vfs/file.hpp"

#include <algorithm>
#include <utility>

namespace starling::sim::vfs {

void File::apply(const Change& change, Bytes& to) {
  if (change.truncates) return to.resize(change.at);
  to.resize(std::max<std::uint64_t>(to.size(), change.at + change.bytes.size()));
  std::ranges::copy(change.bytes, to.begin() + static_cast<std::ptrdiff_t>(change.at));
}

void File::write(std::uint64_t at, BytesView bytes) {
  apply(unsynced_.emplace_back(Change{.at = at, .bytes = Bytes(bytes)}), cached_);
}

void File::truncate(std::uint64_t size) {
  apply(unsynced_.emplace_back(Change{.at = size, .truncates = true}), cached_);
}

void File::sync() {
  for (const Change& change : std::exchange(unsynced_, {})) apply(change, durable_);
}

void File::fail_sync(Fate& fate) {
  for (const Change& change : std::exchange(unsynced_, {})) keep_what_survives(change, fate);
}

void File::lose_power(Fate& fate) {
  fail_sync(fate);
  cached_ = durable_;
}

/// A sector beyond the end may also be lost in another way: its place is there, and holds zeros.
void File::keep_what_survives(const Change& change, Fate& fate) {
  if (change.truncates) {
    if (fate.spares()) apply(change, durable_);
    return;
  }
  const std::uint64_t end = change.at + change.bytes.size();
  for (std::uint64_t from = change.at; from < end;) {
    const std::uint64_t to = std::min(end, (from / sector_bytes + 1) * sector_bytes);
    if (fate.spares())
      apply({.at = from, .bytes = change.bytes.substr(from - change.at, to - from)}, durable_);
    else if (to > durable_.size() && fate.spares())
      durable_.resize(to);
    from = to;
  }
}

void File::flip_bit(std::uint64_t bit) {
  for (Bytes* image : {&cached_, &durable_})
    if (bit / 8 < image->size()) (*image)[bit / 8] = static_cast<char>((*image)[bit / 8] ^ (1 << (bit % 8)));
}

}  // namespace starling::sim::vfs
