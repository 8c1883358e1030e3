#include "cli/output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "cli/base64.hpp"

namespace starling::cli {

Json json_bytes(std::string_view bytes) {
  Json text = std::string(bytes);
  try {
    (void)text.dump();  // the library's own check of UTF-8
    return text;
  } catch (const Json::type_error&) {
    return {{"base64", to_base64(bytes)}};
  }
}

Json json_values(const std::vector<std::string>& values) {
  Json array = Json::array();
  for (const std::string& value : values) array.push_back(json_bytes(value));
  return array;
}

void print_bytes(std::string_view bytes) { std::fwrite(bytes.data(), 1, bytes.size(), stdout); }

void print_line(std::string_view text) {
  print_bytes(text);
  std::fputc('\n', stdout);
}

void print_json(const Json& json) { print_line(json.dump()); }

void say(std::string_view words) { fmt::print(stderr, "{}\n", words); }

namespace {

/// Columns of a terminal, near enough: characters, and not the bytes of UTF-8.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }));
}

}  // namespace

void Table::print() const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += fmt::format("{:<{}}  ", row[i], widths[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    print_line(line);
  }
}

}  // namespace starling::cli
