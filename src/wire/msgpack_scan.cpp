#include "wire/msgpack_scan.hpp"

#include <fmt/format.h>

namespace starling::wire {

void MsgpackScan::restart() {
  at_ = 0;
  wanted_ = 1;
  open_.clear();
}

Result<std::optional<std::size_t>> MsgpackScan::advance(BytesView bytes) {
  while (wanted_ > 0) {
    if (at_ >= bytes.size()) return std::nullopt;
    const Head head = read_head(bytes.substr(at_));
    if (head.kind == Kind::cut) return std::nullopt;
    if (auto entered = enter(head); !entered) return std::unexpected(std::move(entered.error()));
  }
  if (at_ > bytes.size()) return std::nullopt;
  return at_;
}

Result<void> MsgpackScan::enter(const Head& head) {
  if (head.kind == Kind::forbidden) return fail(ErrorCode::malformed, "not MessagePack, or an extension type");
  const bool is_container = head.kind == Kind::array || head.kind == Kind::map;
  const std::uint64_t items = !is_container ? 0 : head.kind == Kind::map ? 2 * head.number : head.number;

  at_ += head.size + (head.kind == Kind::bytes ? head.number : 0);
  wanted_ += items;
  --wanted_;
  // Every value still to come takes at least a byte.
  if (at_ + wanted_ > limits_.bytes_max)
    return fail(ErrorCode::malformed, fmt::format("longer than the limit of {} bytes", limits_.bytes_max));

  if (!open_.empty()) --open_.back();
  if (is_container && open_.size() == limits_.depth_max)
    return fail(ErrorCode::malformed, fmt::format("nested deeper than {}", limits_.depth_max));
  if (items > 0) open_.push_back(items);
  while (!open_.empty() && open_.back() == 0) open_.pop_back();
  return {};
}

}  // namespace starling::wire
