#include "wire/msgpack_reader.hpp"

namespace starling::wire {

BytesView Reader::skip() {
  const BytesView from = rest_;
  // Counts instead of recursing, so that depth costs nothing.
  for (std::uint64_t wanted = 1; wanted > 0 && ok_; --wanted) {
    switch (peek()) {
      case Kind::cut:
      case Kind::forbidden: fail(); break;
      case Kind::bytes: bytes(); break;
      case Kind::array: wanted += array(); break;
      case Kind::map: wanted += 2 * map(); break;
      default: rest_.remove_prefix(read_head(rest_).size); break;
    }
  }
  return ok_ ? from.substr(0, from.size() - rest_.size()) : BytesView{};
}

}  // namespace starling::wire
