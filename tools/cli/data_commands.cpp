#include <fmt/format.h>

#include <iostream>
#include <iterator>

#include "cli/base64.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"

/// get, put, delete, exists, list: one key, or a walk over all.
namespace starling::cli {
namespace {

std::string value_or_stdin(const std::string& value) {
  if (value != "-") return value;
  return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

Json json_reading(std::string_view key, const api::Reading& reading) {
  return {{"key", json_bytes(key)},
          {"found", reading.found()},
          {"values", json_values(reading.values)},
          {"context", to_base64(reading.context)}};
}

/// What a write is to replace: the context given, none, or what a read finds there now.
api::Result<std::string> context_for(Session& session, api::Client& client, const WriteArguments& arguments) {
  if (arguments.blind) return std::string();
  if (!arguments.context.empty()) {
    if (std::optional<std::string> context = from_base64(arguments.context)) return *std::move(context);
    return std::unexpected(api::Error{api::ErrorCode::bad_context, {}, "--context is not base64", {}});
  }
  api::ReadOptions options = session.read_options();
  if (arguments.sloppy) options.r = api::Level::one();  // Nobody stands in for a replica that is to be read.
  api::Result<api::Reading> reading = client.get(arguments.key, options);
  if (!reading) return std::unexpected(std::move(reading).error());
  if (reading->values.size() > 1) say(fmt::format("this replaces {} siblings", reading->values.size()));
  return std::move(reading->context);
}

ExitCode show_written(const Session& session, const api::Result<api::Written>& written) {
  if (!written) return report(written.error());
  if (session.settings.format == Format::json)
    print_json(
        {{"siblings", written->siblings}, {"context", to_base64(written->context)}, {"stand_ins", written->stand_ins}});
  if (!written->stand_ins.empty())
    say(
        fmt::format("too few replicas of this key can be reached: {} other node{} it for them. Until they are back and "
                    "have it, a read may not find it",
                    written->stand_ins.size(), written->stand_ins.size() == 1 ? " keeps" : "s keep"));
  if (written->siblings > 1)
    say(fmt::format("the key has {} siblings now; 'kvcli siblings KEY' shows them", written->siblings));
  return ExitCode::ok;
}

}  // namespace

ExitCode get(Session& session, const std::string& key) {
  api::Result<api::Client*> client = session.client();
  if (!client) return report(client.error());
  api::Result<api::Reading> reading = (*client)->get(key, session.read_options());
  if (!reading) return report(reading.error());
  switch (session.settings.format) {
    case Format::json: print_json(json_reading(key, *reading)); break;
    case Format::raw:
      for (const std::string& value : reading->values) print_bytes(value);
      break;
    case Format::table:
      for (const std::string& value : reading->values) print_line(value);
      break;
  }
  if (!reading->found()) {
    say("there is no such key");
    return ExitCode::not_found;
  }
  if (reading->values.size() == 1) return ExitCode::ok;
  say(fmt::format(
      "the key has {} siblings: concurrent writes that nobody has resolved. 'kvcli resolve KEY VALUE' settles it",
      reading->values.size()));
  return ExitCode::siblings;
}

ExitCode put(Session& session, const WriteArguments& arguments) {
  api::Result<api::Client*> client = session.client();
  if (!client) return report(client.error());
  api::Result<std::string> context = context_for(session, **client, arguments);
  if (!context) return report(context.error());
  std::string value = value_or_stdin(arguments.value);
  return show_written(
      session, (*client)->put(arguments.key, value, session.write_options(*std::move(context), arguments.sloppy)));
}

ExitCode remove(Session& session, const WriteArguments& arguments) {
  api::Result<api::Client*> client = session.client();
  if (!client) return report(client.error());
  api::Result<std::string> context = context_for(session, **client, arguments);
  if (!context) return report(context.error());
  return show_written(session,
                      (*client)->remove(arguments.key, session.write_options(*std::move(context), arguments.sloppy)));
}

ExitCode exists(Session& session, const std::string& key) {
  api::Result<api::Client*> client = session.client();
  if (!client) return report(client.error());
  api::Result<bool> there = (*client)->exists(key, session.read_options());
  if (!there) return report(there.error());
  print_line(*there ? "true" : "false");
  return *there ? ExitCode::ok : ExitCode::not_found;
}

ExitCode list(Session& session, const ListArguments& arguments) {
  api::Result<api::Client*> client = session.client();
  if (!client) return report(client.error());
  api::ScanOptions options;
  options.bucket = session.settings.bucket;
  options.prefix = arguments.prefix;
  options.keys_only = !arguments.values;
  options.timeout = session.settings.timeout;
  if (arguments.limit > 0)
    options.limit = static_cast<std::uint32_t>(std::min<std::uint64_t>(options.limit, arguments.limit));
  api::Pager pager(**client, options);
  std::uint64_t shown = 0;
  while (!pager.done()) {
    api::Result<api::ScanPage> page = pager.next();
    if (!page) return report(page.error());
    for (const api::ScanItem& item : page->items) {
      if (arguments.limit > 0 && shown++ == arguments.limit) return ExitCode::ok;
      if (session.settings.format == Format::json) {
        Json line = {{"key", json_bytes(item.key)}};
        if (arguments.values) line["values"] = json_values(item.values);
        print_json(line);
      } else if (!arguments.values) {
        print_line(item.key);
      }
      for (const std::string& value : item.values)
        if (session.settings.format != Format::json) print_line(item.key + '\t' + value);
    }
  }
  return ExitCode::ok;
}

}  // namespace starling::cli
