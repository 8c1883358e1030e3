#include "sim/vfs/troubles.hpp"

namespace starling::sim::vfs {

namespace {

bool can_suffer(Call call, Mishap mishap) {
  switch (mishap) {
    case Mishap::io_error: return true;
    case Mishap::read_error: return call == Call::read;
    case Mishap::write_error:
      return call == Call::write || call == Call::truncate || call == Call::sync || call == Call::remove;
    case Mishap::no_space: return call == Call::write;
    case Mishap::short_read: return call == Call::read;
    case Mishap::lost_sync: return call == Call::sync;
  }
  return false;
}

}  // namespace

void Troubles::plan(Trouble trouble) {
  trouble_ = trouble;
  candidates_ = 0;
  struck_ = 0;
}

std::optional<Mishap> Troubles::befalls(Call call) {
  if (!trouble_ || !can_suffer(call, trouble_->mishap)) return std::nullopt;
  ++candidates_;
  const bool hit = trouble_->lasting ? candidates_ >= trouble_->nth : candidates_ == trouble_->nth;
  if (!hit) return std::nullopt;
  ++struck_;
  return trouble_->mishap;
}

}  // namespace starling::sim::vfs
