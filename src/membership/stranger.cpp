#include "membership/stranger.hpp"

#include <fmt/format.h>

namespace starling::membership {

namespace {

constexpr Duration quiet_period = 10s;

}  // namespace

void Strangers::on_datagram(Address from, const wire::Datagram& datagram, std::size_t bytes, Courier& courier,
                            Instant now, port::Outbox& out) {
  const bool is_loud = now >= quiet_until_;
  if (is_loud) quiet_until_ = now + quiet_period;
  out.notice(port::NoticeKind::wrong_cluster_seen, is_loud ? port::Severity::warning : port::Severity::count,
             datagram.from,
             fmt::format("{} belongs to cluster {}, we to {}: check who names whose address as a seed", to_string(from),
                         to_string(datagram.cluster), to_string(courier.cluster())));
  // Only a question is answered: two clusters that answered each other's answers would never stop.
  if (std::holds_alternative<wire::Ping>(datagram.body))
    courier.send_bare({.to = from, .reader = {}, .body = wire::WrongCluster{}, .bytes_max = bytes}, out);
}

}  // namespace starling::membership
