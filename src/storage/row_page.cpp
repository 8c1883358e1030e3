#include "storage/row_page.hpp"

#include <optional>
#include <utility>

#include "storage/row.hpp"

namespace starling::storage {

Result<Result<ring::Key>> RowPage::read(Engine& engine, const Visitor& visit) const {
  const ring::Key start = after.bytes.empty() ? ring::Key{.bytes = {}, .token = first} : after;
  ring::Key looked_at = start;
  std::size_t visited = 0;
  std::size_t taken = 0;
  bool ended_early = false;
  std::optional<Error> broken;
  const auto ends = [&] {
    ended_early = true;
    return Engine::Visit::stop;
  };
  auto scanned = engine.scan(start, last, [&](Token token, BytesView bytes, BytesView row) {
    if (taken == rows_max || visited == visits_max) return ends();
    ring::Key key{.bytes = Bytes(bytes), .token = token};
    if (bytes.starts_with(prefix)) {
      auto object = decode_row(token, bytes, row);
      if (!object && damage == Damage::fails) {
        // To pass over it would be to say that there is no such key.
        broken = std::move(object.error());
        return ends();
      }
      if (!object && damage_met) *damage_met = true;
      const Verdict verdict = object ? visit(key, *object, row.size()) : Verdict::passed_over;
      if (verdict == Verdict::no_room) return ends();
      if (verdict == Verdict::taken) ++taken;
    }
    ++visited;
    looked_at = std::move(key);
    return Engine::Visit::go_on;
  });
  if (!scanned) return std::unexpected(std::move(scanned.error()));
  if (broken) return Result<ring::Key>(std::unexpected(*std::move(broken)));
  return ended_early ? std::move(looked_at) : ring::Key{};
}

}  // namespace starling::storage
