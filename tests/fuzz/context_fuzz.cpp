#include "causal/codec.hpp"
#include "causal/context_token.hpp"
#include "fuzz.hpp"

/// What clients hand back as the context of their writes.
namespace starling::fuzz {

namespace {

constexpr Secret secret{1, 2, 3};
constexpr Token key{42};

/// One that the cluster has given out is taken back for its key, and nothing else is.
void check_given_out(const causal::VersionVector& seen, Pieces& damage) {
  const Bytes token = causal::seal_context(secret, key, seen);
  ensure(causal::open_context(secret, key, token) == seen, "a context does not come back");
  ensure(!causal::open_context(secret, Token{43}, token), "a context of another key is taken");
  ensure(!causal::open_context(Secret{1, 2, 4}, key, token), "a context of another cluster is taken");

  Bytes damaged = token;
  const std::size_t place = (damage.byte() | std::size_t{damage.byte()} << 8) % token.size();
  damaged[place] = static_cast<char>(damaged[place] ^ (damage.byte() | 1));
  ensure(!causal::open_context(secret, key, damaged), "a changed context is taken");
  ensure(!causal::open_context(secret, key, BytesView(token).substr(0, place + (place == 0))),
         "a cut context is taken");
}

}  // namespace

void try_input(BytesView input) {
  const auto taken = causal::open_context(secret, key, input);
  ensure(!taken || input.empty() || causal::seal_context(secret, key, *taken) == input, "a forged context is taken");

  Pieces pieces(input);
  const auto seen = causal::decode_version_vector(pieces.chunk());
  if (seen) check_given_out(*seen, pieces);
}

}  // namespace starling::fuzz
