#include "bench/prepare.hpp"

#include "bench/keys.hpp"

namespace starling::bench {

bool needs_contexts(Workload workload) {
  return workload == Workload::put || workload == Workload::a || workload == Workload::b;
}

api::Result<std::uint64_t> learn_contexts(api::Client& client, const Plan& plan, Ledger& ledger) {
  api::ScanOptions options;
  options.bucket = plan.bucket;
  options.timeout = std::chrono::seconds(60);
  api::Pager pager(client, options);
  std::uint64_t found = 0;
  while (!pager.done()) {
    api::Result<api::ScanPage> page = pager.next();
    if (!page) return std::unexpected(std::move(page).error());
    for (api::ScanItem& item : page->items) {
      std::uint64_t key = key_number(item.key);
      if (key >= plan.keys) continue;
      ledger.keep_context(key, std::move(item.context));
      ++found;
    }
  }
  return found;
}

}  // namespace starling::bench
