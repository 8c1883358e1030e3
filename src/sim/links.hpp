#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "base/time.hpp"

namespace starling::sim {

using HostIndex = std::size_t;

/// How the network is everywhere. Whoever makes it worse adds to it, and takes the same away again:
/// so what overlaps adds up, and each part of it ends in its own time.
struct Weather {
  Duration delay_min = 100us;
  Duration delay_spread = 400us;
  std::uint32_t late_per_mille = 5;  ///< some take much longer, so that datagrams overtake each other
  Duration late_max = 30ms;
  std::uint32_t loss_per_mille = 0;  ///< of datagrams
  std::uint32_t twice_per_mille = 0;
  std::uint32_t corrupt_per_mille = 0;
  Duration give_up = 3s;  ///< a stream on which nothing gets through breaks after this
};

/// What is wrong with the way from one host to another. The way back is another. Adds up likewise.
class Links {
 public:
  /// Nothing gets through. Datagrams are lost, streams stall and in the end break.
  void block(HostIndex from, HostIndex to) { ++links_[{from, to}].blocked; }
  void unblock(HostIndex from, HostIndex to) { --links_[{from, to}].blocked; }
  /// Nothing gets through for now; it all arrives once that is over.
  void clog(HostIndex from, HostIndex to) { ++links_[{from, to}].clogged; }
  void unclog(HostIndex from, HostIndex to) { --links_[{from, to}].clogged; }
  /// Everything takes so much longer.
  void slow_down(HostIndex from, HostIndex to, Duration by) { links_[{from, to}].slowness += by; }
  void speed_up(HostIndex from, HostIndex to, Duration by) { links_[{from, to}].slowness -= by; }
  void mend_all() { links_.clear(); }

  bool blocked(HostIndex from, HostIndex to) const { return find(from, to).blocked > 0; }
  bool clogged(HostIndex from, HostIndex to) const { return find(from, to).clogged > 0; }
  Duration slowness(HostIndex from, HostIndex to) const { return find(from, to).slowness; }

 private:
  struct Link {
    int blocked{};
    int clogged{};
    Duration slowness{};
  };
  Link find(HostIndex from, HostIndex to) const {
    const auto found = links_.find({from, to});
    return found == links_.end() ? Link{} : found->second;
  }

  std::map<std::pair<HostIndex, HostIndex>, Link> links_;
};

}  // namespace starling::sim
