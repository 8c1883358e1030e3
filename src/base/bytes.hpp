#pragma once

#include <string>
#include <string_view>

namespace starling {

/// Owned bytes. A std::string because it keeps short ones inline and every library takes it;
/// nothing in it is assumed to be text.
using Bytes = std::string;
using BytesView = std::string_view;

}  // namespace starling
