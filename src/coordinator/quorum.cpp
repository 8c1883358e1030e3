#include "coordinator/quorum.hpp"

#include <fmt/format.h>

#include <bit>

#include "base/ensure.hpp"

namespace starling::coordinator {

namespace {

constexpr std::uint32_t voters_max = 32;

std::uint32_t count(std::uint32_t voters) { return static_cast<std::uint32_t>(std::popcount(voters)); }

std::uint32_t first_bits(std::uint32_t voters) { return static_cast<std::uint32_t>((std::uint64_t{1} << voters) - 1); }

}  // namespace

Quorum::Quorum(std::uint32_t voters, std::uint32_t needed)
    : Quorum(voters, {first_bits(voters), needed}, {first_bits(voters), needed}) {}

Quorum::Quorum(std::uint32_t voters, Electorate first, Electorate second)
    : voters_(voters), first_(first), second_(second) {
  ensure(voters <= voters_max, "more voters than there are bits");
  for (const Electorate& list : {first, second})
    ensure(list.needed >= 1 && list.needed <= count(list.voters), "a quorum of nobody, or of more than there are");
}

bool Quorum::yes(std::uint32_t voter) {
  ensure(voter < voters_, "a vote of a stranger");
  if (voted(voter)) return false;
  yes_ |= bit(voter);
  return true;
}

bool Quorum::no(std::uint32_t voter) {
  ensure(voter < voters_, "a vote of a stranger");
  if (voted(voter)) return false;
  no_ |= bit(voter);
  return true;
}

std::optional<Quorum::Electorate> Quorum::in_want(std::uint32_t voters) const {
  for (const Electorate& list : {first_, second_})
    if (count(voters & list.voters) < list.needed) return list;
  return std::nullopt;
}

Result<std::uint32_t> resolve(port::QuorumLevel level, port::QuorumLevel standard, std::uint32_t replicas) {
  using Kind = port::QuorumLevel::Kind;
  if (level.kind == Kind::standard) level = standard;
  switch (level.kind) {
    case Kind::one: return 1U;
    case Kind::all: return replicas;
    case Kind::standard:
    case Kind::quorum: return replicas / 2 + 1;
    case Kind::number: break;
  }
  if (level.number >= 1 && level.number <= replicas) return level.number;
  return fail(ErrorCode::invalid,
              fmt::format("r and w are 1 to {}, the number of replicas; {} was asked for", replicas, level.number));
}

}  // namespace starling::coordinator
