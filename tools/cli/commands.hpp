#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/exit_code.hpp"
#include "cli/session.hpp"

/// What each command does once its arguments are known. Data goes to standard output, words to
/// standard error. grammar.cpp says how the arguments are written.
namespace starling::cli {

struct WriteArguments {
  std::string key;
  std::string value;    ///< "-": standard input, to its end
  std::string context;  ///< base64, as `--format json get` prints it
  bool blind{};         ///< write without looking first
  bool sloppy{};        ///< other nodes may stand in for replicas
};
struct ListArguments {
  std::string prefix;
  std::uint64_t limit{};  ///< 0: all
  bool values{};
};
struct ResolveArguments {
  std::string key;
  std::optional<std::string> value;  ///< the new one, "-" for standard input; or else ...
  std::uint32_t pick{};              ///< ... the number of a sibling, from 1
};
struct RingArguments {
  std::string key;    ///< only where this one lives
  bool partitions{};  ///< the whole assignment
};

struct StatusArguments {
  bool wait{};  ///< until no change of the ring is under way
};
struct ChangeArguments {
  api::Change change;
  bool wait{};  ///< until the ring is settled again
  bool yes{};   ///< said beforehand to what would be asked
};

struct RepairStatusArguments {
  bool partitions{};  ///< each of them
};
struct RepairNowArguments {
  std::optional<std::uint32_t> partition;  ///< only this one
  bool all{};                              ///< said, which changes nothing
  /// Given up after so long without any progress.
  std::chrono::milliseconds patience{60'000};
};

ExitCode get(Session& session, const std::string& key);
ExitCode put(Session& session, const WriteArguments& arguments);
ExitCode remove(Session& session, const WriteArguments& arguments);
ExitCode exists(Session& session, const std::string& key);
ExitCode list(Session& session, const ListArguments& arguments);

/// Keys from standard input, one a line, where there is only "-".
ExitCode mget(Session& session, std::vector<std::string> keys);
/// KEY VALUE KEY VALUE ...; or lines of KEY, tab, VALUE from standard input where there is only "-".
ExitCode mput(Session& session, std::vector<std::string> keys_and_values, bool blind);

ExitCode siblings(Session& session, const std::string& key);
ExitCode resolve(Session& session, const ResolveArguments& arguments);

ExitCode status(Session& session, const StatusArguments& arguments);
ExitCode ring(Session& session, const RingArguments& arguments);
ExitCode repair_status(Session& session, const RepairStatusArguments& arguments);
/// On all nodes, until all copies that can be reached are verified.
ExitCode repair_now(Session& session, const RepairNowArguments& arguments);
ExitCode cluster_init(Session& session, const std::vector<std::string>& peers);
/// cluster plan, join, leave, remove, replace, abort.
ExitCode change_ring(Session& session, const ChangeArguments& arguments);
/// Shows how far the change has come that is under way, if there is one, until the ring is settled.
ExitCode wait_until_settled(api::Client& client);

}  // namespace starling::cli
