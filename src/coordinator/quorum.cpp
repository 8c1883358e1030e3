#include "coordinator/quorum.hpp"

#include <fmt/format.h>

#include <bit>

#include "base/ensure.hpp"

namespace starling::coordinator {

Quorum::Quorum(std::uint32_t voters, std::uint32_t needed) : voters_(voters), needed_(needed) {
  ensure(voters <= 32 && needed >= 1 && needed <= voters, "a quorum of nobody, or of more than there are");
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

std::uint32_t Quorum::votes() const { return static_cast<std::uint32_t>(std::popcount(yes_)); }

std::uint32_t Quorum::hopeful() const { return voters_ - static_cast<std::uint32_t>(std::popcount(no_)); }

bool Quorum::lost() const { return hopeful() < needed_; }

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
