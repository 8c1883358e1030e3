#include "runtime/sockaddr.hpp"

#include <algorithm>
#include <cstring>

namespace starling::runtime {

namespace {
constexpr std::array<std::uint8_t, 12> v4_mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
}

SockAddr::SockAddr(const Address& address) {
  if (std::equal(v4_mapped_prefix.begin(), v4_mapped_prefix.end(), address.ip.begin())) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address.port);
    std::memcpy(&v4.sin_addr, address.ip.data() + v4_mapped_prefix.size(), sizeof v4.sin_addr);
    std::memcpy(&storage_, &v4, sizeof v4);
    return;
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(address.port);
  std::memcpy(&v6.sin6_addr, address.ip.data(), sizeof v6.sin6_addr);
  std::memcpy(&storage_, &v6, sizeof v6);
}

Address to_address(const sockaddr* from) {
  Address address;
  if (from->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, from, sizeof v4);
    std::copy(v4_mapped_prefix.begin(), v4_mapped_prefix.end(), address.ip.begin());
    std::memcpy(address.ip.data() + v4_mapped_prefix.size(), &v4.sin_addr, sizeof v4.sin_addr);
    address.port = ntohs(v4.sin_port);
  } else if (from->sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, from, sizeof v6);
    std::memcpy(address.ip.data(), &v6.sin6_addr, sizeof v6.sin6_addr);
    address.port = ntohs(v6.sin6_port);
  }
  return address;
}

}  // namespace starling::runtime
