#include <fmt/format.h>

#include <iostream>

#include "cli/commands.hpp"
#include "cli/output.hpp"

/// mget and mput: many keys, each with an outcome of its own.
namespace starling::cli {
namespace {

std::vector<std::string> lines_of_stdin() {
  std::vector<std::string> lines;
  for (std::string line; std::getline(std::cin, line);) lines.push_back(std::move(line));
  return lines;
}

/// The first that is not ok speaks for all.
void note(ExitCode& all, ExitCode one) {
  if (all == ExitCode::ok) all = one;
}

ExitCode show_one(Format format, const std::string& key, const api::Reading& reading) {
  if (format == Format::json) {
    print_json({{"key", json_bytes(key)}, {"found", reading.found()}, {"values", json_values(reading.values)}});
  } else {
    for (const std::string& value : reading.values) print_line(key + '\t' + value);
  }
  if (!reading.found()) say(fmt::format("{}: there is no such key", key));
  if (reading.values.size() > 1) say(fmt::format("{}: {} siblings", key, reading.values.size()));
  return !reading.found() ? ExitCode::not_found : reading.values.size() > 1 ? ExitCode::siblings : ExitCode::ok;
}

api::Result<std::vector<api::PutItem>> items_of(std::vector<std::string> words) {
  auto refuse = [](std::string why) {
    return std::unexpected(api::Error{api::ErrorCode::invalid, {}, std::move(why), {}});
  };
  std::vector<api::PutItem> items;
  if (words.size() == 1 && words.front() == "-") {
    for (const std::string& line : lines_of_stdin()) {
      std::size_t tab = line.find('\t');
      if (tab == std::string::npos)
        return refuse(fmt::format("line {} has no tab between key and value", items.size() + 1));
      items.push_back({line.substr(0, tab), line.substr(tab + 1), {}});
    }
    return items;
  }
  if (words.size() % 2 != 0)
    return refuse("mput takes pairs, KEY VALUE KEY VALUE ..., or '-' for lines of KEY, tab, VALUE");
  for (std::size_t i = 0; i < words.size(); i += 2) items.push_back({std::move(words[i]), std::move(words[i + 1]), {}});
  return items;
}

}  // namespace

ExitCode mget(Session& session, std::vector<std::string> keys) {
  api::Result<api::Client*> client = session.client();
  if (!client) return report(client.error());
  if (keys.size() == 1 && keys.front() == "-") keys = lines_of_stdin();
  std::vector<api::Result<api::Reading>> readings = (*client)->mget(keys, session.read_options());
  ExitCode all = ExitCode::ok;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    note(all,
         readings[i] ? show_one(session.settings.format, keys[i], *readings[i]) : report(keys[i], readings[i].error()));
  }
  return all;
}

ExitCode mput(Session& session, std::vector<std::string> keys_and_values, bool blind) {
  api::Result<api::Client*> client = session.client();
  if (!client) return report(client.error());
  api::Result<std::vector<api::PutItem>> items = items_of(std::move(keys_and_values));
  if (!items) {
    report(items.error());
    return ExitCode::usage;
  }
  ExitCode all = ExitCode::ok;
  if (!blind) {
    std::vector<std::string> keys;
    for (const api::PutItem& item : *items) keys.push_back(item.key);
    std::vector<api::Result<api::Reading>> readings = (*client)->mget(keys, session.read_options());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (!readings[i]) return report(keys[i], readings[i].error());
      (*items)[i].context = readings[i]->context;
    }
  }
  std::vector<api::Result<api::Written>> written = (*client)->mput(*items, session.write_options({}));
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (!written[i])
      note(all, report((*items)[i].key, written[i].error()));
    else if (session.settings.format == Format::json)
      print_json({{"key", json_bytes((*items)[i].key)}, {"siblings", written[i]->siblings}});
  }
  return all;
}

}  // namespace starling::cli
