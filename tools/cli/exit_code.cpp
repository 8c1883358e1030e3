#include "cli/exit_code.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace starling::cli {
namespace {

using Code = api::ErrorCode;

/// The next step of somebody who meets this error; empty where the message has it already.
std::string_view advice(const api::Error& error) {
  if (error.outcome == api::Outcome::in_doubt)
    return "The write may or may not have happened: read the key to see, and write again if it is not there.";
  switch (error.code) {
    case Code::connection_lost:
      return "Is a node running there? Start one with 'kvnode', or a local cluster of three with 'tools/cluster "
             "start',\n"
             "or name another node with --node HOST:PORT (its client port, 4701 unless configured otherwise).";
    case Code::not_ready:
      return "Give a node that is starting a moment. If its cluster has never been founded:\n"
             "kvcli cluster init HOST:PEER_PORT ... with the peer addresses of all first members.";
    case Code::unavailable:
      return "Nothing was changed. 'kvcli status' tells which nodes are missing. With fewer replicas, -r one or -w one "
             "works.";
    case Code::timed_out:
      return "Try again, or allow more time with --timeout 10s. 'kvcli status' tells if nodes are missing.";
    case Code::too_many_siblings:
      return "Look at them with 'kvcli siblings KEY', then settle on one with 'kvcli resolve KEY'.";
    case Code::bad_context: return "Take the context from a fresh read of the same key: kvcli --format json get KEY";
    case Code::overloaded: return "Nothing was changed. Try again in a moment.";
    default: return "";
  }
}

}  // namespace

ExitCode exit_code_of(const api::Error& error) {
  switch (error.code) {
    case Code::not_found: return ExitCode::not_found;
    case Code::unavailable:
    case Code::in_doubt: return ExitCode::unavailable;
    case Code::timed_out: return ExitCode::timed_out;
    case Code::denied: return ExitCode::denied;
    case Code::too_many_siblings: return ExitCode::siblings;
    default: return ExitCode::error;
  }
}

ExitCode report(const api::Error& error) { return report("", error); }

ExitCode report(std::string_view item, const api::Error& error) {
  fmt::print(stderr, "kvcli: {}{}{} ({})\n", item, item.empty() ? "" : ": ", error.message, api::name_of(error.code));
  if (std::string_view words = advice(error); !words.empty()) fmt::print(stderr, "{}\n", words);
  return exit_code_of(error);
}

}  // namespace starling::cli
