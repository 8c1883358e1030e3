#include "coordinator/scan_cursor.hpp"

#include "fuzz.hpp"
#include "ring/ring.hpp"

/// What clients hand back to go on with a scan.
namespace starling::fuzz {

namespace {

const ring::Ring& ring_of_one() {
  static const ring::Ring ring =
      ring::Ring::make(ClusterId{1}, Epoch{1}, 1, {{.id = NodeId{1}, .zone = "", .weight = 1}},
                       std::vector(256, ring::PreferenceList{NodeId{1}}))
          .value();
  return ring;
}

}  // namespace

void try_input(BytesView input) {
  const auto cursor = coordinator::decode_cursor(input, ring_of_one());
  if (!cursor || input.empty()) return;
  ensure(cursor->partition.value < ring_of_one().partitions(), "a scan would go on outside the ring");
  ensure(coordinator::encode(*cursor) == input, "a cursor has two encodings");
}

}  // namespace starling::fuzz
