#include "bench/mix.hpp"

namespace starling::bench {

Mix::Mix(const Plan& plan) : workload_(plan.workload), random_(plan.seed), keys_(plan.keys) {
  using enum Workload;
  if (workload_ == a || workload_ == b || workload_ == c || workload_ == d || workload_ == f) zipfian_.emplace(keys_);
}

Mix::Drawn Mix::draw() {
  auto chance = [&](std::uint64_t percent) { return random_.chance(percent, 100); };
  switch (workload_) {
    case Workload::load: return {Kind::insert, loaded_++ % keys_};
    case Workload::put: return {Kind::update, random_.below(keys_)};
    case Workload::get: return {Kind::read, random_.below(keys_)};
    case Workload::a: return {chance(50) ? Kind::read : Kind::update, zipfian_->scattered(random_)};
    case Workload::b: return {chance(95) ? Kind::read : Kind::update, zipfian_->scattered(random_)};
    case Workload::c: return {Kind::read, zipfian_->scattered(random_)};
    case Workload::d:
      if (!chance(95)) return {Kind::insert, keys_++};
      return {Kind::read, keys_ - 1 - zipfian_->rank(random_)};
    case Workload::f: return {chance(50) ? Kind::read : Kind::read_modify_write, zipfian_->scattered(random_)};
  }
  return {};
}

}  // namespace starling::bench
