#include <fmt/format.h>

#include "wire/frame.hpp"
#include "wire/read.hpp"
#include "wire/stranger.hpp"
#include "wire/write.hpp"

namespace starling::wire {

namespace {

constexpr BytesView magic = "starling";

auto hello_fields(Of<Hello> auto& h) { return std::tie(h.cluster, h.node, h.generation, h.peer); }

Error no_hello(BytesView body) {
  const BytesView words = words_at_peer_port(recognise(body));
  if (!words.empty()) return {ErrorCode::malformed, std::string(words)};
  return {ErrorCode::malformed, "the first frame of a peer must be its hello"};
}

}  // namespace

Bytes encode(const Hello& hello) {
  Bytes out;
  BytesSink sink(out);
  Packer packer(sink);
  packer.pack_array(2 + std::tuple_size_v<decltype(hello_fields(hello))>);
  pack_str(packer, magic);
  write(packer, hello.version);
  write_all(packer, hello_fields(hello));
  return out;
}

Result<Hello> decode_hello(BytesView body) {
  Reader reader(body);
  Hello hello;
  const std::size_t items = reader.array();
  if (reader.bytes() != magic) return std::unexpected(no_hello(body));
  read(reader, hello.version);
  // What another version says after its number is not ours to judge.
  if (reader.ok() && hello.version != protocol_version) return hello;
  read_all(reader, hello_fields(hello));
  if (!reader.finished() || items != 6 || !hello.node) return std::unexpected(no_hello(body));
  return hello;
}

Result<void> check(const Hello& ours, const Hello& theirs) {
  if (ours.version != theirs.version)
    return fail(ErrorCode::unsupported,
                fmt::format("we speak version {} of the peer protocol, the other side version {}: run the same release "
                            "on both",
                            ours.version, theirs.version));
  if (ours.cluster && theirs.cluster && ours.cluster != theirs.cluster)
    return fail(ErrorCode::wrong_cluster,
                fmt::format("we belong to cluster {}, node {} at {} to cluster {}: two clusters never talk; check the "
                            "seeds and the data directory",
                            to_string(ours.cluster), to_string(theirs.node), to_string(theirs.peer),
                            to_string(theirs.cluster)));
  return {};
}

}  // namespace starling::wire
