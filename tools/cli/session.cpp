#include "cli/session.hpp"

namespace starling::cli {

api::Result<api::Client*> Session::client() {
  if (!client_) {
    api::ClientOptions options;
    options.nodes = settings.nodes;
    options.timeout = settings.timeout;
    options.fail_fast = true;
    options.name = "kvcli";
    api::Result<api::Client> opened = api::Client::open(std::move(options));
    if (!opened) return std::unexpected(std::move(opened).error());
    client_ = *std::move(opened);
  }
  return &*client_;
}

}  // namespace starling::cli
