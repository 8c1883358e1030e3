#include "storage/partition_index.hpp"

namespace starling::storage {

void PartitionIndex::read_all() {
  complete_ = true;
  tree_.fit();
}

void PartitionIndex::change(const ring::Key& key, const RowShare& before, const RowShare& after) {
  const bool was_read = complete_ || key <= read_to_;
  if (was_read && tree_.partition().contains(key.token)) tree_.change(key.token, before, after);
}

}  // namespace starling::storage
