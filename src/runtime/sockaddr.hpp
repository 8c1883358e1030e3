#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/address.hpp"

namespace starling::runtime {

/// The kernel's form of an Address, and back. A mapped IPv4 address becomes a real IPv4 one.
class SockAddr {
 public:
  explicit SockAddr(const Address& address);
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage_); }

 private:
  sockaddr_storage storage_{};
};

Address to_address(const sockaddr* from);

}  // namespace starling::runtime
