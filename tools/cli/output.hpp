#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "starling/types.hpp"

namespace starling::cli {

using Json = nlohmann::ordered_json;

/// Bytes as JSON has them: a string where they are UTF-8, else {"base64": "..."}.
Json json_bytes(std::string_view bytes);
Json json_values(const std::vector<std::string>& values);

void print_line(std::string_view text);
/// To standard output as they are.
void print_bytes(std::string_view bytes);
void print_json(const Json& json);
/// To standard error.
void say(std::string_view words);

/// Lines of cells, padded into columns.
class Table {
 public:
  explicit Table(std::vector<std::string> header) : rows_{std::move(header)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  void print() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace starling::cli
