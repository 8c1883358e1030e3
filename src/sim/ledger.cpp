#include "sim/ledger.hpp"

#include <fmt/format.h>

namespace starling::sim {

void Ledger::on_committed(const storage::Command& command, const Result<storage::Answer>& answer) {
  const auto* put = std::get_if<storage::Put>(&command);
  if (!put || !answer) return;
  const causal::Dot dot = std::get<storage::PutAnswer>(*answer).dot;
  std::uint64_t& last = issued_[{put->partition, dot.actor}];
  if (dot.n != last + 1)
    violations_.push_back({"no dot twice",
                           fmt::format("partition {}: actor {} issued {} after {}", put->partition.value,
                                       to_string(dot.actor), dot.n, last),
                           {}});
  last = std::max(last, dot.n);
}

}  // namespace starling::sim
