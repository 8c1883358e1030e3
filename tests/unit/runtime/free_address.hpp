#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <unistd.h>

#include "runtime/sockaddr.hpp"

namespace starling::runtime {

/// An address that was free a moment ago.
inline Address free_address() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in in{};
  in.sin_family = AF_INET;
  in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof in;
  REQUIRE(bind(fd, reinterpret_cast<sockaddr*>(&in), sizeof in) == 0);
  REQUIRE(getsockname(fd, reinterpret_cast<sockaddr*>(&in), &size) == 0);
  close(fd);
  return to_address(reinterpret_cast<sockaddr*>(&in));
}

}  // namespace starling::runtime
