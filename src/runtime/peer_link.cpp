#include "runtime/peer_link.hpp"

#include "wire/codec.hpp"

namespace starling::runtime {

namespace {
constexpr auto hello_within = 5s;
constexpr auto frame_within = 30s;
constexpr auto goodbye_within = 2s;
/// Two of the largest frames.
constexpr std::size_t output_bytes_max = 128 * 1024 * 1024;
}  // namespace

PeerLink::PeerLink(Loop& loop, WriteQueue& queue, PeerLinkOwner& owner, const wire::Hello& ours)
    : loop_(loop), owner_(owner), ours_(ours), waiting_since_(loop.now()), stream_(loop, queue, *this) {}

Result<> PeerLink::accept(uv_stream_t* listener) {
  if (auto accepted = stream_.accept(listener); !accepted) return accepted;
  remote_ = stream_.remote();
  connected_ = true;
  return {};
}

Result<> PeerLink::dial(const Address& to) {
  remote_ = to;
  dialled_ = true;
  return stream_.connect(to);
}

std::size_t PeerLink::append_frame(const wire::Message& message, Bytes& out) {
  const std::size_t at = wire::begin_frame(out);
  wire::encode(message, out);
  wire::finish_frame(out, at);
  return out.size() - at;
}

std::size_t PeerLink::send(const wire::Message& message) {
  const std::size_t bytes = append_frame(message, stream_.output());
  stream_.touch();
  return stream_.unsent() <= output_bytes_max ? bytes : 0;
}

void PeerLink::send_frames(BytesView frames) {
  stream_.output().append(frames);
  stream_.touch();
}

void PeerLink::close() {
  if (stream_.closing()) return;
  waiting_since_ = loop_.now();
  stream_.close_when_sent();
}

std::optional<std::string_view> PeerLink::overdue(Instant now) {
  const Duration waited = now - waiting_since_;
  if (stream_.closing()) return waited > goodbye_within ? std::optional("no answer to our goodbye") : std::nullopt;
  if (!up_) return waited > hello_within ? std::optional("no hello in time") : std::nullopt;
  if (reader_.buffered() > 0 && waited > frame_within) return "a frame was begun and not finished in time";
  return std::nullopt;
}

void PeerLink::on_connected() {
  connected_ = true;
  say_hello();
}

void PeerLink::say_hello() {
  const std::size_t at = wire::begin_frame(stream_.output());
  stream_.output() += wire::encode(ours_);
  wire::finish_frame(stream_.output(), at);
  stream_.touch();
}

void PeerLink::on_bytes(BytesView bytes) {
  if (refused_) return;
  if (!up_ && reader_.buffered() == 0) speaker_ = wire::recognise(bytes);
  const bool between_frames = reader_.buffered() == 0;
  reader_.feed(bytes);
  if (between_frames && up_) waiting_since_ = loop_.now();
  while (!refused_) {
    auto body = reader_.next();
    if (!body) return refuse(body.error());
    if (!*body) return;
    if (up_)
      on_frame(**body);
    else
      on_hello_frame(**body);
  }
}

void PeerLink::on_frame(BytesView body) {
  waiting_since_ = loop_.now();
  auto message = wire::decode_message(body);
  if (!message) return refuse(message.error());
  owner_.on_message(*this, std::move(*message));
}

void PeerLink::on_hello_frame(BytesView body) {
  auto hello = wire::decode_hello(body);
  if (!hello) return refuse(hello.error());
  theirs_ = *hello;
  auto allowed = wire::check(ours_, theirs_);
  if (allowed && !owner_.wants(*this)) {
    // Who accepted us counts this link as up and may have sent already: what it sends is heard.
    (dialled_ ? up_ : refused_) = true;
    return close();
  }
  if (!dialled_) say_hello();  // also to one of another cluster, which then knows why we close
  if (!allowed) return refuse(allowed.error());
  up_ = true;
  up_since_ = loop_.now();
  reader_.raise_limit(wire::frame_max);
  owner_.on_up(*this);
}

void PeerLink::refuse(const Error& error) {
  refused_ = true;
  const BytesView words = wire::words_at_peer_port(speaker_);
  if (!up_ && !dialled_ && !words.empty()) stream_.output() += wire::refusal(speaker_, words);
  owner_.on_refused(*this, error);
  close();
}

}  // namespace starling::runtime
