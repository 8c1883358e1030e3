#include "storage/salvage.hpp"

#include <optional>
#include <utility>

#include "base/byte_stream.hpp"
#include "storage/records.hpp"

namespace starling::storage {

namespace {

constexpr Token last_token{~std::uint64_t{0}};
constexpr std::size_t rows_per_commit = 10'000;

class Salvaging {
 public:
  Salvaging(Engine& damaged, Engine& fresh) : damaged_(damaged), fresh_(fresh) {}

  Result<Salvage> run() {
    Result<> done = copy_records();
    if (done) done = copy_rows();
    if (done) done = copy_states();
    if (done) done = copy_hints();
    if (done && salvage_.lost.empty()) done = fail(ErrorCode::invalid, "everything could be read: nothing is damaged");
    if (done)
      done = write([&] { return save_sealed_record(fresh_, lost_ranges_record, encode_ranges(salvage_.lost)); });
    if (!done) return std::unexpected(std::move(done.error()));
    return std::move(salvage_);
  }

 private:
  template <class Act>
  Result<> write(Act act) {
    Result<> done = fresh_.begin();
    if (done) done = act();
    if (done) done = fresh_.commit();
    if (!done) fresh_.rollback();
    return done;
  }

  Result<> copy_records() {
    const auto records = damaged_.load_records();
    if (!records) return std::unexpected(records.error());
    return write([&] {
      Result<> done;
      for (const auto& [name, bytes] : *records)
        if (done) done = fresh_.save_record(name, bytes);
      return done;
    });
  }

  Result<> copy_rows() {
    ring::Key after;
    for (;;) {
      rows_.clear();
      const auto scanned = damaged_.scan(after, last_token, [this](Token token, BytesView key, BytesView row) {
        rows_.emplace_back(ring::Key{.bytes = Bytes(key), .token = token}, row);
        return rows_.size() < rows_per_commit ? Engine::Visit::go_on : Engine::Visit::stop;
      });
      const bool full = rows_.size() == rows_per_commit;
      if (auto written = write_rows(); !written) return written;
      if (!rows_.empty()) after = rows_.back().first;
      if (scanned && !full) return {};
      if (scanned) continue;
      const auto next = next_readable(after.token);
      salvage_.lost.push_back({after.token, next ? Token{next->value - 1} : last_token});
      if (!next) return {};
      after = {.bytes = {}, .token = *next};
    }
  }

  Result<> write_rows() {
    salvage_.rows += rows_.size();
    return write([this] {
      Result<> done;
      for (const auto& [key, row] : rows_)
        if (done) done = fresh_.insert(key, row);
      return done;
    });
  }

  /// A token from which on rows can be read again: ever longer strides, and then back to the first one.
  /// Between two damaged places that are close together some good rows may be passed over.
  std::optional<Token> next_readable(Token from) {
    std::uint64_t failed = from.value;
    std::uint64_t stride = 1;
    while (stride <= last_token.value - failed && !readable_from(Token{failed + stride})) {
      failed += stride;
      if (stride > last_token.value / 2) return std::nullopt;
      stride *= 2;
    }
    if (stride > last_token.value - failed) return std::nullopt;
    std::uint64_t good = failed + stride;
    while (good - failed > 1) {
      const std::uint64_t middle = failed + (good - failed) / 2;
      (readable_from(Token{middle}) ? good : failed) = middle;
    }
    return Token{good};
  }

  bool readable_from(Token token) {
    return damaged_
        .scan({.bytes = {}, .token = token}, last_token,
              [](Token, BytesView, BytesView) { return Engine::Visit::stop; })
        .has_value();
  }

  Result<> copy_states() {
    const auto states = damaged_.load_states();
    if (!states || !states->complete) salvage_.lost = {{Token{}, last_token}};
    if (!states) return {};
    return write([&] { return fresh_.save_states(states->rows); });
  }

  Result<> copy_hints() {
    const auto targets = damaged_.count_hints();
    if (!targets) return {};
    std::vector<std::pair<Engine::Hint, Bytes>> hints;
    for (const auto& [target, count] : *targets)
      (void)damaged_.scan_hints(target, {}, [&](const Engine::Hint& hint, BytesView payload) {
        hints.emplace_back(hint, payload);
        return Engine::Visit::go_on;
      });
    return write([&] {
      for (const auto& [hint, payload] : hints)
        if (auto saved = save(hint, payload); !saved) return saved;
      return Result<>{};
    });
  }

  Result<> save(const Engine::Hint& hint, BytesView payload) {
    if (!payload.empty()) return fresh_.save_payload(hint, payload);
    const auto saved = fresh_.save_hint(hint);
    return saved ? Result<>{} : std::unexpected(saved.error());
  }

  Engine& damaged_;
  Engine& fresh_;
  Salvage salvage_;
  std::vector<std::pair<ring::Key, Bytes>> rows_;
};

}  // namespace

Result<Salvage> salvage(Engine& damaged, Engine& fresh) { return Salvaging(damaged, fresh).run(); }

Bytes encode_ranges(const std::vector<TokenRange>& ranges) {
  ByteWriter out(varint_bytes_max + 16 * ranges.size());
  out.varint(ranges.size());
  for (const TokenRange& range : ranges) {
    out.fixed64(range.first.value);
    out.fixed64(range.last.value);
  }
  return std::move(out).take();
}

Result<std::vector<TokenRange>> decode_ranges(BytesView bytes) {
  ByteReader in(bytes);
  std::vector<TokenRange> ranges(in.count(16));
  for (TokenRange& range : ranges) range = {Token{in.fixed64()}, Token{in.fixed64()}};
  if (!in.finished()) return fail(ErrorCode::malformed, "these are no token ranges");
  return ranges;
}

}  // namespace starling::storage
