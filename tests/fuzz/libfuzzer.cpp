#include <cstddef>
#include <cstdint>

#include "fuzz.hpp"

/// Where libFuzzer comes in.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  starling::fuzz::try_input({reinterpret_cast<const char*>(data), size});
  return 0;
}
