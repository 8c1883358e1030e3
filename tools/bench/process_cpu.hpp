#pragma once

#include <sys/types.h>

#include <span>

#include "base/error.hpp"
#include "base/time.hpp"

namespace starling::bench {

/// User and system time that these processes have used since they began, from /proc. The kernel
/// counts it in clock ticks (10 ms where ticks are 100 a second), so a difference is exact to about
/// one tick a process.
Result<Duration> cpu_of(std::span<const pid_t> processes);

/// The same for this process, exact.
Duration own_cpu();

}  // namespace starling::bench
