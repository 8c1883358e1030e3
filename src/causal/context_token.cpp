#include "causal/context_token.hpp"

#include <algorithm>
#include <utility>

#include "base/byte_stream.hpp"
#include "causal/codec.hpp"

namespace starling::causal {

namespace {

/// Keeps these tags apart from whatever else the secret may sign.
constexpr BytesView purpose = "starling context";

BytesView view(const Mac& mac) { return {reinterpret_cast<const char*>(mac.data()), mac.size()}; }

Mac mac_of_context(const Secret& secret, Token key, BytesView vector) {
  ByteWriter out(purpose.size() + 8 + vector.size());
  out.bytes(purpose);
  out.fixed64(key.value);
  out.bytes(vector);
  return mac_of(secret, std::move(out).take());
}

/// Takes as long wherever the difference is, so that a tag cannot be guessed byte by byte.
bool equal(BytesView a, BytesView b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    difference |= static_cast<unsigned>(static_cast<std::uint8_t>(a[i] ^ b[i]));
  return difference == 0;
}

}  // namespace

Bytes seal_context(const Secret& secret, Token key, const VersionVector& seen) {
  const Bytes vector = encode(seen);
  const Mac mac = mac_of_context(secret, key, vector);
  ByteWriter out(mac.size() + vector.size());
  out.bytes(view(mac));
  out.bytes(vector);
  return std::move(out).take();
}

Result<VersionVector> open_context(const Secret& secret, Token key, BytesView token) {
  if (token.empty()) return VersionVector{};
  if (token.size() > context_bytes_max)
    return fail(ErrorCode::bad_context, "a context of more than 65,536 bytes is none of ours");
  ByteReader in(token);
  const BytesView mac = in.bytes(sizeof(Mac));
  const BytesView vector = token.substr(mac.size());
  if (in.failed() || !equal(mac, view(mac_of_context(secret, key, vector))))
    return fail(ErrorCode::bad_context,
                "this context was not given out by this cluster for this key; read the key again");
  auto seen = decode_version_vector(vector);
  if (!seen)
    return fail(ErrorCode::bad_context, "this context is of a format that this node does not know; read the key again");
  return seen;
}

}  // namespace starling::causal
