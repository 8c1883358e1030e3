#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "starling/types.hpp"

namespace starling::bench {

/// What a well-behaved client remembers of each key: the context for its next write, and the
/// highest version of which the cluster has said that it has it. Every value begins with its
/// version, and a write gets a higher version than all that it replaces: so at R + W > N a read
/// that begins after an acknowledgement must show that version or a higher one.
class Ledger {
 public:
  Ledger(std::uint64_t keys, std::size_t value_bytes);

  /// The context for an update; empty: the key must be read first.
  const std::string& context(std::uint64_t key);
  void keep_context(std::uint64_t key, std::string context);

  /// A new version, higher than any before it, of this process or an earlier one.
  std::uint64_t next_version() { return ++version_; }
  /// Valid until the next call.
  const std::string& value_of(std::uint64_t version);

  void acknowledged(std::uint64_t key, std::uint64_t version);
  /// The highest acknowledged so far: what a read that begins now must show.
  std::uint64_t must_show(std::uint64_t key);
  static bool shows(const api::Reading& reading, std::uint64_t version);

 private:
  struct Entry {
    std::string context;
    std::uint64_t acknowledged{};
  };
  Entry& entry(std::uint64_t key);

  std::vector<Entry> entries_;
  std::uint64_t version_;
  std::string value_;
};

}  // namespace starling::bench
