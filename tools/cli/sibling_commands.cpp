#include <fmt/format.h>

#include <iostream>
#include <iterator>

#include "cli/base64.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"

/// siblings and resolve: what concurrent writers left behind, and settling it.
namespace starling::cli {

ExitCode siblings(Session& session, const std::string& key) {
  api::Result<api::Client*> client = session.client();
  if (!client) return report(client.error());
  api::Result<api::Reading> reading = (*client)->get(key, session.read_options());
  if (!reading) return report(reading.error());
  if (session.settings.format == Format::json) {
    print_json(
        {{"key", json_bytes(key)}, {"values", json_values(reading->values)}, {"context", to_base64(reading->context)}});
  } else {
    Table table({"#", "BYTES", "VALUE"});
    for (std::size_t i = 0; i < reading->values.size(); ++i)
      table.add({fmt::to_string(i + 1), fmt::to_string(reading->values[i].size()), reading->values[i]});
    if (reading->found()) table.print();
  }
  if (!reading->found()) {
    say("there is no such key");
    return ExitCode::not_found;
  }
  if (reading->values.size() == 1) {
    say("one value: nothing to resolve");
    return ExitCode::ok;
  }
  say("'kvcli resolve KEY --pick N' keeps one of them, 'kvcli resolve KEY VALUE' replaces them all");
  return ExitCode::siblings;
}

ExitCode resolve(Session& session, const ResolveArguments& arguments) {
  if (!arguments.value && arguments.pick == 0) {
    say("kvcli: say what the value shall be: 'resolve KEY VALUE', or 'resolve KEY --pick N'");
    return ExitCode::usage;
  }
  api::Result<api::Client*> client = session.client();
  if (!client) return report(client.error());
  api::Result<api::Reading> reading = (*client)->get(arguments.key, session.read_options());
  if (!reading) return report(reading.error());
  std::string value = arguments.value.value_or("");
  if (arguments.pick > 0) {
    if (arguments.pick > reading->values.size()) {
      say(fmt::format("kvcli: the key has {} values; --pick takes a number from 1 to that", reading->values.size()));
      return reading->found() ? ExitCode::usage : ExitCode::not_found;
    }
    value = reading->values[arguments.pick - 1];
  } else if (value == "-") {
    value.assign(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
  }
  api::Result<api::Written> written =
      (*client)->put(arguments.key, value, session.write_options(std::move(reading->context)));
  if (!written) return report(written.error());
  if (session.settings.format == Format::json)
    print_json({{"siblings", written->siblings}, {"value", json_bytes(value)}});
  say(reading->values.size() > 1 ? fmt::format("{} siblings resolved into one", reading->values.size())
                                 : "nothing was in conflict; the value is written");
  if (written->siblings <= 1) return ExitCode::ok;
  say("another client wrote meanwhile: look again with 'kvcli siblings KEY'");
  return ExitCode::siblings;
}

}  // namespace starling::cli
