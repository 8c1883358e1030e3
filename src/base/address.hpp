#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace starling {

/// A numeric IP address and port. IPv4 is kept as its IPv6-mapped form, so one type serves both.
/// Names are resolved by the driver before they get here.
struct Address {
  std::array<std::uint8_t, 16> ip{};
  std::uint16_t port{};

  constexpr explicit operator bool() const { return port != 0; }
  friend constexpr auto operator<=>(const Address&, const Address&) = default;
};

/// "127.0.0.1:4701" or "[::1]:4701".
std::string to_string(const Address& address);

/// Takes the two forms above; a name or a missing port is `invalid`.
Result<Address> parse_address(std::string_view text);

/// True for 127.0.0.0/8 and ::1.
bool is_loopback(const Address& address);

}  // namespace starling
