#pragma once

#include <cstdint>
#include <filesystem>

#include "base/error.hpp"

namespace starling::tools {

/// Makes the data directory of a stopped node one of a replica that has missed some writes, to
/// measure how it heals: their rows go, and it has never seen their dots. Only writes that another
/// replica issued can be missed. For data in which each key was written once: of what a later write
/// of the same key has replaced, the rows that stay would know too little.
struct ForgetPlan {
  /// The newest writes, as in one outage, or any of them.
  enum class Form : std::uint8_t { outage, scattered };

  std::filesystem::path directory;
  std::uint64_t writes{};
  Form form = Form::outage;
  std::uint32_t partitions = 256;  ///< of the cluster
};

/// How many it has forgotten. Fails where there are not as many, and then changes nothing.
Result<std::uint64_t> forget_writes(const ForgetPlan& plan);

}  // namespace starling::tools
