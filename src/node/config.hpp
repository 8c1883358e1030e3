#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/time.hpp"
#include "membership/config.hpp"
#include "port/client.hpp"
#include "repair/config.hpp"
#include "transfer/config.hpp"

namespace starling::node {

/// auto: found a cluster of one if the directory is empty and there are no seeds, else wait.
/// always: found one if in none. never: wait to be founded or invited.
enum class InitMode : std::uint8_t { automatic, always, never };

/// What the operator decided. Addresses are resolved; everything has been checked by who parsed it.
struct Config {
  std::string name;
  std::string zone;
  std::uint32_t weight = 1;
  Address peer;  ///< as others reach us
  Address client;
  InitMode init = InitMode::automatic;
  bool join_at_once = true;  ///< a node in no cluster asks its seeds to take it in, without an operator's word
  std::vector<Address> seeds;
  bool seeds_named{};              ///< there are others, of which only the names are known yet: SeedsResolved follows
  std::uint32_t replicas = 3;      ///< N, for a cluster founded here
  std::uint32_t partitions = 256;  ///< Q, likewise
  port::QuorumLevel read;          ///< what `standard` means
  port::QuorumLevel write;
  Duration timeout = 2s;
  Duration actor_patience = 3s;  ///< after a start, for the other replicas to confirm our actors
  Duration handoff_period = 5s;  ///< between two looks at who is owed hints
  membership::Profile gossip;
  transfer::Config transfer;
  repair::Config repair;
};

}  // namespace starling::node
