#pragma once

#include <fmt/format.h>

#include "base/address.hpp"
#include "support/free_port.hpp"

namespace starling::runtime {

/// An address that was free a moment ago.
inline Address free_address() { return *parse_address(fmt::format("127.0.0.1:{}", free_port())); }

}  // namespace starling::runtime
