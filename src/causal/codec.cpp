#include "causal/codec.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/byte_stream.hpp"

namespace starling::causal {

namespace {

constexpr std::uint8_t format_version = 1;
constexpr std::uint8_t kind_value = 0;
constexpr std::uint8_t kind_tombstone = 1;

constexpr std::size_t dot_bytes_min = 8 + 1;
constexpr std::size_t dot_bytes_max = 8 + 5;
constexpr std::size_t sibling_bytes_min = dot_bytes_min + 1 + 3;
constexpr std::size_t sibling_bytes_max = dot_bytes_max + 1 + 4 * varint_bytes_max;  ///< without its value
constexpr std::size_t dot_set_bytes_min = 8 + 2;

/// A run of dots costs a few bytes here and up to 65,536 containers of a bitmap in memory. All the
/// sets of one decode may hold as many together as one set can, a few MiB.
constexpr std::uint64_t containers_max = 65'536;

// --- Dots and version vectors -----------------------------------------------------------------

void write(ByteWriter& out, Dot dot) {
  out.fixed64(dot.actor.value);
  out.varint(dot.n);
}

Dot read_dot(ByteReader& in) {
  const ActorId actor{in.fixed64()};
  const std::uint64_t n = in.varint();
  in.require(actor && n != 0 && n <= counter_max);
  return {actor, n};
}

std::size_t bytes_max(const VersionVector& vector) {
  return varint_bytes_max + vector.entries().size() * dot_bytes_max;
}

void write(ByteWriter& out, const VersionVector& vector) {
  out.varint(vector.entries().size());
  for (const Dot& dot : vector.entries()) write(out, dot);
}

VersionVector read_version_vector(ByteReader& in) {
  const std::size_t count = in.count(dot_bytes_min);
  std::vector<Dot> entries;
  entries.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Dot dot = read_dot(in);
    in.require(entries.empty() || entries.back().actor < dot.actor);
    if (in.failed()) return {};
    entries.push_back(dot);
  }
  return VersionVector(std::move(entries));
}

// --- Dot sets and what was seen ---------------------------------------------------------------
// The base, then the runs above it, each as (how far beyond the nearest place where it could begin,
// its length - 1). Every pair of numbers is then a valid run, and no set has two encodings.

struct Run {
  std::uint64_t first{}, last{};
};

std::vector<Run> runs_of(const Bitmap& bitmap) {
  std::vector<Run> runs;
  for (auto it = bitmap.begin(); it != bitmap.end();) {
    const std::uint32_t first = *it;
    const std::uint32_t last = end_of_run(bitmap, first);
    runs.push_back({first, last});
    skip_to(it, last + 1);  // counter_max leaves room for the one.
  }
  return runs;
}

void write(ByteWriter& out, const DotSet& dots) {
  const std::vector<Run> runs = runs_of(dots.above());
  out.varint(dots.base());
  out.varint(runs.size());
  std::uint64_t previous = dots.base();
  for (const Run& run : runs) {
    out.varint(run.first - previous - 2);
    out.varint(run.last - run.first);
    previous = run.last;
  }
}

DotSet read_dot_set(ByteReader& in, std::uint64_t& containers_left) {
  const std::uint64_t base = in.varint();
  in.require(base <= counter_max);
  const std::size_t count = in.count(2);
  Bitmap above;
  std::uint64_t previous = base;
  std::uint64_t container = 0;  // The first that no run has reached yet.
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t skip = in.varint();
    const std::uint64_t more = in.varint();
    in.require(skip <= counter_max && more <= counter_max);
    const std::uint64_t first = previous + 2 + skip;
    const std::uint64_t last = first + more;
    const std::uint64_t reached = (last >> 16) + 1;
    const std::uint64_t containers = reached - std::max(container, first >> 16);
    in.require(last <= counter_max && containers <= containers_left);
    if (in.failed()) return {};
    above.addRange(first, last + 1);
    containers_left -= containers;
    container = reached;
    previous = last;
  }
  return {base, std::move(above)};
}

void write(ByteWriter& out, const Seen& seen) {
  out.varint(seen.actors().size());
  for (const auto& [actor, dots] : seen.actors()) {
    out.fixed64(actor.value);
    write(out, dots);
  }
}

Seen read_seen(ByteReader& in) {
  const std::size_t count = in.count(dot_set_bytes_min);
  Seen seen;
  ActorId previous;
  std::uint64_t containers_left = containers_max;
  for (std::size_t i = 0; i < count; ++i) {
    const ActorId actor{in.fixed64()};
    const DotSet dots = read_dot_set(in, containers_left);
    in.require(actor > previous && dots.max() != 0);
    if (in.failed()) return {};
    seen.join(actor, dots);
    previous = actor;
  }
  return seen;
}

// --- Objects ----------------------------------------------------------------------------------

std::size_t bytes_max(const Object& object) {
  std::size_t bytes = 1 + bytes_max(object.context) + varint_bytes_max;
  for (const Sibling& sibling : object.siblings) bytes += sibling_bytes_max + sibling.value.size();
  return bytes;
}

void write(ByteWriter& out, const Sibling& sibling) {
  write(out, sibling.dot);
  out.byte(sibling.tombstone ? kind_tombstone : kind_value);
  out.varint(sibling.flags);
  out.varint(sibling.hlc);
  out.varint(sibling.request);
  if (!sibling.tombstone) out.sized_bytes(sibling.value);
}

Sibling read_sibling(ByteReader& in) {
  Sibling sibling;
  sibling.dot = read_dot(in);
  const std::uint8_t kind = in.byte();
  const std::uint64_t flags = in.varint();
  in.require(kind <= kind_tombstone && flags <= UINT32_MAX);
  sibling.tombstone = kind == kind_tombstone;
  sibling.flags = static_cast<std::uint32_t>(flags);
  sibling.hlc = in.varint();
  sibling.request = in.varint();
  if (!sibling.tombstone) sibling.value = in.sized_bytes();
  return sibling;
}

void write(ByteWriter& out, const Object& object) {
  write(out, object.context);
  out.varint(object.siblings.size());
  for (const Sibling& sibling : object.siblings) write(out, sibling);
}

Object read_object(ByteReader& in) {
  Object object;
  object.context = read_version_vector(in);
  const std::size_t count = in.count(sibling_bytes_min);
  object.siblings.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    Sibling sibling = read_sibling(in);
    in.require(object.siblings.empty() || object.siblings.back().dot < sibling.dot);
    if (in.failed()) return {};
    object.siblings.push_back(std::move(sibling));
  }
  return object;
}

// --- The frame around each --------------------------------------------------------------------

template <class T>
Bytes framed(const T& value, std::size_t bytes) {
  ByteWriter out(bytes);
  out.byte(format_version);
  write(out, value);
  return std::move(out).take();
}

template <class Read>
auto unframed(BytesView bytes, const char* what, Read read) -> Result<decltype(read(std::declval<ByteReader&>()))> {
  ByteReader in(bytes);
  in.require(in.byte() == format_version);
  auto value = read(in);
  if (!in.finished()) return fail(ErrorCode::malformed, std::string("these bytes are no ") + what);
  return value;
}

}  // namespace

Bytes encode(const VersionVector& vector) { return framed(vector, 1 + bytes_max(vector)); }
Bytes encode(const DotSet& dots) { return framed(dots, 1 + 2 * varint_bytes_max); }
Bytes encode(const Seen& seen) { return framed(seen, 1 + varint_bytes_max + seen.actors().size() * 2 * dot_bytes_max); }
Bytes encode(const Object& object) { return framed(object, bytes_max(object)); }

Bytes encode(const PartitionState& state) {
  // The counter is not written: what an actor that is not in doubt has issued is what was seen of it.
  ByteWriter out(1 + 8 + varint_bytes_max + state.seen().actors().size() * 2 * dot_bytes_max);
  out.byte(format_version);
  out.fixed64(state.actor().value_or(ActorId{}).value);
  write(out, state.seen());
  return std::move(out).take();
}

Result<VersionVector> decode_version_vector(BytesView bytes) {
  return unframed(bytes, "version vector", read_version_vector);
}

Result<DotSet> decode_dot_set(BytesView bytes) {
  return unframed(bytes, "dot set", [](ByteReader& in) {
    std::uint64_t containers_left = containers_max;
    return read_dot_set(in, containers_left);
  });
}

Result<Seen> decode_seen(BytesView bytes) { return unframed(bytes, "set of seen dots", read_seen); }

Result<Object> decode_object(BytesView bytes) { return unframed(bytes, "object", read_object); }

Result<Object> decode_filled_object(BytesView bytes) {
  return unframed(bytes, "filled object", [](ByteReader& in) {
    Object object = read_object(in);
    in.require(object.filled());
    return object;
  });
}

Result<PartitionState> decode_partition_state(BytesView bytes) {
  return unframed(bytes, "partition state", [](ByteReader& in) {
    const ActorId actor{in.fixed64()};
    Seen seen = read_seen(in);
    const std::uint64_t counter = seen.max(actor);
    PartitionState state(actor, counter, std::move(seen));
    in.require(state.actor().value_or(ActorId{}) == actor);
    return state;
  });
}

}  // namespace starling::causal
