#pragma once

#include <cstdint>
#include <map>

#include "transfer/asked.hpp"
#include "transfer/leftovers.hpp"
#include "transfer/pull.hpp"

namespace starling::transfer {

/// Gives others the rows of a partition that they have not seen (the other side of Pull), while we own it or still
/// have it left over.
class Source {
 public:
  explicit Source(const Leftovers& leftovers) : leftovers_(leftovers) {}

  void on_message(NodeId from, wire::PullRequest pull, Step& step);
  /// False for an answer to somebody else.
  bool on_storage(port::Ticket ticket, Result<storage::Answer>& found, Step& step);
  /// What is being looked up is of a state that is gone.
  void forget() { asked_.forget(); }

  std::uint64_t bytes_sent() const { return bytes_sent_; }
  std::uint64_t bytes_sent(Share share) const;

 private:
  Result<> admit(NodeId from, const wire::PullRequest& pull, const Step& step) const;
  void answer(NodeId from, const wire::PullRequest& pull, storage::ScanUnseenAnswer& page, Step& step);

  const Leftovers& leftovers_;
  Asked<wire::PullRequest> asked_;
  std::uint64_t bytes_sent_{};
  std::map<Share, std::uint64_t> sent_to_;
};

}  // namespace starling::transfer
