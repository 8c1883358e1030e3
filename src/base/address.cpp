#include "base/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace starling {

namespace {

constexpr std::array<std::uint8_t, 12> v4_mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_v4(const Address& address) {
  return std::equal(v4_mapped_prefix.begin(), v4_mapped_prefix.end(), address.ip.begin());
}

Result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0)
    return fail(ErrorCode::invalid, "the port must be a number from 1 to 65535, not '" + std::string(text) + "'");
  return port;
}

}  // namespace

std::string to_string(const Address& address) {
  char text[INET6_ADDRSTRLEN];
  if (is_v4(address)) {
    inet_ntop(AF_INET, address.ip.data() + v4_mapped_prefix.size(), text, sizeof text);
    return std::string(text) + ":" + std::to_string(address.port);
  }
  inet_ntop(AF_INET6, address.ip.data(), text, sizeof text);
  return "[" + std::string(text) + "]:" + std::to_string(address.port);
}

Result<Address> parse_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return fail(ErrorCode::invalid, "'" + std::string(text) + "' has no port: write HOST:PORT");
  auto port = parse_port(text.substr(colon + 1));
  if (!port) return std::unexpected(port.error());

  std::string host(text.substr(0, colon));
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);

  Address address{.ip = {}, .port = *port};
  if (inet_pton(AF_INET, host.c_str(), address.ip.data() + v4_mapped_prefix.size()) == 1) {
    std::copy(v4_mapped_prefix.begin(), v4_mapped_prefix.end(), address.ip.begin());
    return address;
  }
  if (inet_pton(AF_INET6, host.c_str(), address.ip.data()) == 1) return address;
  return fail(ErrorCode::invalid, "'" + host + "' is not a numeric IP address");
}

bool is_loopback(const Address& address) {
  if (is_v4(address)) return address.ip[12] == 127;
  Address v6_loopback{};
  v6_loopback.ip[15] = 1;
  return address.ip == v6_loopback.ip;
}

}  // namespace starling
