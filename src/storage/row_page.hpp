#pragma once

#include <cstddef>
#include <functional>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "causal/object.hpp"
#include "ring/key.hpp"
#include "storage/engine.hpp"

namespace starling::storage {

/// The rows of a token range a few at a time: whoever wants all asks again for those that follow.
struct RowPage {
  /// Other commands wait for the answer: it is given after so many rows, even when none was taken.
  static constexpr std::size_t visits_max = 10'000;
  enum class Damage { fails, passed_over };

  Token first, last;
  ring::Key after{};       ///< empty bytes: from `first`
  BytesView prefix{};      ///< of ring::Key::bytes; other rows are passed over unread
  std::size_t rows_max{};  ///< at least 1
  Damage damage = Damage::fails;
  bool* damage_met{};  ///< set where a damaged row was passed over

  enum class Verdict { taken, passed_over, no_room };
  /// `no_room`: the page ends before this row. Must not call the engine.
  using Visitor = std::function<Verdict(const ring::Key& key, causal::Object& object, std::size_t row_bytes)>;
  /// Up to which key all rows were looked at; empty bytes: to the end. The outer failure is the
  /// engine's, the inner one that of a damaged row.
  Result<Result<ring::Key>> read(Engine& engine, const Visitor& visit) const;
};

}  // namespace starling::storage
