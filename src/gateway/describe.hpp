#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "gateway/call.hpp"
#include "port/client.hpp"
#include "ring/ring.hpp"
#include "wire/msgpack_packer.hpp"

namespace starling::gateway {

/// Packs a map whose number of entries is known. Each call is one entry; array() is followed by
/// its items, which the caller packs.
class Fields {
 public:
  Fields(wire::Packer& packer, std::uint32_t count) : packer_(packer) { packer_.pack_map(count); }

  void natural(std::string_view name, std::uint64_t value) {
    wire::pack_str(packer_, name);
    packer_.pack_uint64(std::min(value, integer_max));
  }
  void boolean(std::string_view name, bool value) {
    wire::pack_str(packer_, name);
    packer_.pack(value);
  }
  void text(std::string_view name, std::string_view value) {
    wire::pack_str(packer_, name);
    wire::pack_str(packer_, value);
  }
  void bytes(std::string_view name, BytesView value) {
    wire::pack_str(packer_, name);
    wire::pack_bin(packer_, value);
  }
  void array(std::string_view name, std::size_t items) {
    wire::pack_str(packer_, name);
    packer_.pack_array(static_cast<std::uint32_t>(items));
  }
  /// Sixteen hex digits, because the number itself may be above 2^53; "" for none.
  void id(std::string_view name, std::uint64_t value) { text(name, value == 0 ? "" : to_hex(value)); }
  /// "127.0.0.1:4701"; "" for none.
  void address(std::string_view name, const Address& value) { text(name, value ? to_string(value) : ""); }

 private:
  wire::Packer& packer_;
};

/// Whole ones; less than none is none.
inline std::uint64_t milliseconds(Duration duration) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, duration / 1ms));
}

/// The maps in which a node tells about itself and its cluster.
void pack_hello(wire::Packer& packer, const port::InfoReply& info);
void pack_info(wire::Packer& packer, const port::InfoReply& info);
/// `standing`: where the ring is told, which knows it.
void pack_member(wire::Packer& packer, const port::MemberInfo& member, std::optional<ring::Standing> standing = {});
void pack_members(wire::Packer& packer, const std::vector<port::MemberInfo>& members);
void pack_ring(wire::Packer& packer, const port::RingReply& reply);
void pack_status(wire::Packer& packer, const port::StatusReply& status);
void pack_stats(wire::Packer& packer, const port::StatsReply& stats);
void pack_repair_status(wire::Packer& packer, const port::RepairStatusReply& status);
void pack_change(wire::Packer& packer, const port::ChangeReply& reply);
void pack_change_status(wire::Packer& packer, const port::ChangeStatus& change);

/// "settled", "read_old" or "read_new".
std::string_view name_of(ring::Stage stage);

}  // namespace starling::gateway
