#pragma once

#include <cstdint>

#include "base/error.hpp"
#include "base/random.hpp"
#include "storage/boot_record.hpp"
#include "storage/engine.hpp"

namespace starling::storage {

/// Opens a data directory for one life of a node, before its shard. Durably, in one transaction:
/// an identity where there is none, the next generation, the mark of a clean stop taken away.
///
/// `place` names where the directory is, as well as the driver can tell: no two that are in use at once
/// may have the same. A directory that finds itself in another place may be a copy, and its original
/// at work: every actor is in doubt. 0: nobody can tell.
///
/// After an unclean stop the engine is checked, and with `normal` durability every actor is in
/// doubt. What cannot be read never stops a node from starting and never lets it issue a dot
/// twice: the identity is kept twice, an unreadable copy is replaced from the other and puts all
/// actors in doubt; an unreadable partition state starts anew without an actor; an unreadable
/// record is dropped. Each such thing is told in BootRecord::damage.
Result<BootRecord> boot(Engine& engine, Random& random, Durability durability, std::uint64_t place = 0);

/// The very last act of an orderly stop: the next boot need not doubt anything.
Result<> mark_clean_stop(Engine& engine);

}  // namespace starling::storage
