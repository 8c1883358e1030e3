#pragma once

#include <map>
#include <span>

#include "port/outbox.hpp"

namespace starling::node {

/// How often each kind of notice has been given since the start.
class Counters {
 public:
  void count(std::span<const port::Effect> effects) {
    for (const auto& effect : effects)
      if (const auto* notice = std::get_if<port::Notice>(&effect)) ++counts_[notice->kind];
  }
  const std::map<port::NoticeKind, std::uint64_t>& counts() const { return counts_; }

 private:
  std::map<port::NoticeKind, std::uint64_t> counts_;
};

}  // namespace starling::node
