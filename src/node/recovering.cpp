#include "node/recovering.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/byte_stream.hpp"

namespace starling::node {

namespace {

/// A thorough one is numbered above all that there can be.
Bytes encode(const std::set<PartitionId>& partitions, const std::set<PartitionId>& thorough) {
  ByteWriter out(varint_bytes_max * (partitions.size() + 1));
  out.varint(partitions.size());
  for (const PartitionId partition : partitions)
    out.varint(partition.value + (thorough.contains(partition) ? ring::partitions_max : 0));
  return std::move(out).take();
}

void decode(BytesView bytes, std::set<PartitionId>& partitions, std::set<PartitionId>& thorough) {
  ByteReader in(bytes);
  for (std::size_t left = in.count(1); left > 0; --left) {
    const std::uint64_t number = in.varint();
    const PartitionId partition{static_cast<std::uint16_t>(number % ring::partitions_max)};
    partitions.insert(partition);
    if (number >= ring::partitions_max) thorough.insert(partition);
  }
}

bool overlaps(const storage::TokenRange& range, const ring::Ring& ring, PartitionId partition) {
  return range.first <= ring.last_token(partition) && ring.first_token(partition) <= range.last;
}

/// Every write that a majority has acknowledged is at one of so many others, wherever we were part of it.
std::size_t others_needed(std::size_t replicas) {
  const std::size_t majority = replicas / 2 + 1;
  return std::min(replicas - 1, replicas - majority + 1);
}

}  // namespace

Recovering::Recovering(const storage::BootRecord& boot) : lost_(boot.lost), elsewhere_(boot.elsewhere) {
  if (const auto kept = boot.records.find(record_name); kept != boot.records.end())
    decode(kept->second, partitions_, thorough_);
}

void Recovering::start(const ring::Ring& ring, NodeId self, port::Tickets& tickets, port::Outbox& out) {
  std::erase_if(partitions_, [&](PartitionId partition) { return partition.value >= ring.partitions(); });
  for (const PartitionId partition : ring.partitions_of(self)) {
    if (std::ranges::none_of(lost_, [&](const auto& range) { return overlaps(range, ring, partition); })) continue;
    const port::Ticket ticket = *telling_.insert(tickets.next()).first;
    out.store(ticket, storage::Recover{partition, ring.first_token(partition), ring.last_token(partition)});
    partitions_.insert(partition);
  }
  if (elsewhere_) {
    const auto ours = ring.partitions_of(self);
    partitions_.insert(ours.begin(), ours.end());
  }
  if (!telling_.empty() || elsewhere_) save(tickets, out);
  if (partitions_.empty()) return;
  refuse_reads(tickets, out);
  out.notice(port::NoticeKind::recovering, port::Severity::warning, {},
             fmt::format("{} partitions{} may lack writes that this node once had; they are fetched from the "
                         "other replicas, and until then this node answers no read of them",
                         partitions_.size(), elsewhere_ ? " of a directory that was copied or restored" : ""));
}

void Recovering::on_ring(const ring::Ring& ring, NodeId self, port::Tickets& tickets, port::Outbox& out) {
  const auto is_gone = [&](PartitionId partition) { return !ring.owns(self, partition); };
  std::erase_if(thorough_, is_gone);
  if (std::erase_if(partitions_, is_gone) == 0) return;
  refuse_reads(tickets, out);
  save(tickets, out);
}

void Recovering::add(std::span<const PartitionId> partitions, std::string_view why, port::Tickets& tickets,
                     port::Outbox& out) {
  const std::size_t before = partitions_.size();
  partitions_.insert(partitions.begin(), partitions.end());
  if (partitions_.size() == before) return;
  refuse_reads(tickets, out);
  save(tickets, out);
  out.notice(
      port::NoticeKind::recovering, port::Severity::warning, {},
      fmt::format("this node {}: {} partitions may lack writes that it once had; they are fetched from the other "
                  "replicas, and until then this node answers no read of them",
                  why, partitions_.size() - before));
}

void Recovering::add_all_of(const ring::Ring& ring, NodeId self, port::Tickets& tickets, port::Outbox& out) {
  std::vector<PartitionId> shared = ring.partitions_of(self);
  std::erase_if(shared, [&](PartitionId partition) { return ring.preference_list(partition).size() < 2; });
  thorough_.insert(shared.begin(), shared.end());
  add(shared, "goes on after the loss of a majority", tickets, out);
}

void Recovering::recover(std::span<const PartitionId> damaged, const ring::Ring& ring, port::Tickets& tickets,
                         port::Outbox& out) {
  for (const PartitionId partition : damaged)
    out.store(tickets.next(), storage::Recover{partition, ring.first_token(partition), ring.last_token(partition)});
  add(damaged, "has damaged rows", tickets, out);
}

/// The ranges are forgotten when all partitions know of their loss.
void Recovering::on_stored(port::Ticket ticket, const Result<storage::Answer>& answer, port::Tickets& tickets,
                           port::Outbox& out) {
  if (!answer || telling_.erase(ticket) == 0 || !telling_.empty()) return;
  out.store(tickets.next(), storage::SaveRecord{storage::lost_ranges_record, {}});
}

void Recovering::review(const std::function<std::size_t(PartitionId)>& caught_up, const ring::Ring& ring,
                        port::Tickets& tickets, port::Outbox& out) {
  if (!telling_.empty()) return;
  const std::size_t recovered = std::erase_if(partitions_, [&](PartitionId partition) {
    const std::size_t replicas = ring.preference_list(partition).size();
    return caught_up(partition) >= (thorough_.contains(partition) ? replicas - 1 : others_needed(replicas));
  });
  if (recovered == 0) return;
  std::erase_if(thorough_, [&](PartitionId partition) { return !partitions_.contains(partition); });
  refuse_reads(tickets, out);
  save(tickets, out);
  if (partitions_.empty())
    out.notice(port::NoticeKind::recovered, port::Severity::info, {}, "has caught up with the other replicas");
}

void Recovering::refuse_reads(port::Tickets& tickets, port::Outbox& out) const {
  out.store(tickets.next(), storage::RefuseReads{{partitions_.begin(), partitions_.end()}});
}

void Recovering::save(port::Tickets& tickets, port::Outbox& out) const {
  out.store(tickets.next(),
            storage::SaveRecord{record_name, partitions_.empty() ? Bytes{} : encode(partitions_, thorough_)});
}

}  // namespace starling::node
