#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <random>

#include "base/ensure.hpp"

namespace starling {

/// The ports that no outgoing connection is given: those outside of the kernel's ephemeral range.
class QuietPorts {
 public:
  QuietPorts() {
    std::ifstream("/proc/sys/net/ipv4/ip_local_port_range") >> first_ephemeral_ >> last_ephemeral_;
    next_ = lowest + std::random_device()() % (highest - lowest + 1);  // other programs may be looking for some as well
  }

  std::uint16_t next() {
    for (std::uint32_t tries = 0; tries <= highest - lowest; ++tries) {
      const std::uint32_t port = next_;
      next_ = next_ == highest ? lowest : next_ + 1;
      const bool ephemeral = first_ephemeral_ <= port && port <= last_ephemeral_;
      if (!ephemeral && is_free(static_cast<std::uint16_t>(port))) return static_cast<std::uint16_t>(port);
    }
    ensure(false, "no port is free outside of the ephemeral range");
    return 0;
  }

 private:
  static constexpr std::uint32_t lowest = 10'000;
  static constexpr std::uint32_t highest = 65'535;

  static bool is_free(std::uint16_t port) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(port);
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool bound = bind(fd, reinterpret_cast<sockaddr*>(&in), sizeof in) == 0;
    close(fd);
    return bound;
  }

  std::uint32_t first_ephemeral_{};
  std::uint32_t last_ephemeral_{};
  std::uint32_t next_{};
};

/// A port on the loopback address that was free a moment ago, each of them once: nobody listens there until somebody is
/// told to, not even a connection of this or another test that is given it by chance.
inline std::uint16_t free_port() {
  static QuietPorts ports;
  return ports.next();
}

}  // namespace starling
