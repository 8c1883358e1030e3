#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace starling::cli {

/// RFC 4648 §4, with padding.
std::string to_base64(std::string_view bytes);
/// Nothing for what is not base64.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace starling::cli
