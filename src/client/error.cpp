#include "client/error.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "client/fields.hpp"

namespace starling {
namespace {

using Code = api::ErrorCode;

constexpr std::array<std::pair<Code, std::string_view>, 15> names{{
    {Code::invalid, "INVALID"},
    {Code::malformed, "MALFORMED"},
    {Code::unsupported, "UNSUPPORTED"},
    {Code::not_found, "NOT_FOUND"},
    {Code::not_ready, "NOT_READY"},
    {Code::overloaded, "OVERLOADED"},
    {Code::unavailable, "UNAVAILABLE"},
    {Code::timed_out, "TIMED_OUT"},
    {Code::in_doubt, "IN_DOUBT"},
    {Code::bad_context, "BAD_CONTEXT"},
    {Code::too_many_siblings, "TOO_MANY_SIBLINGS"},
    {Code::denied, "DENIED"},
    {Code::disk_full, "DISK_FULL"},
    {Code::storage_failed, "STORAGE_FAILED"},
    {Code::connection_lost, "CONNECTION_LOST"},
}};

/// A code that this build does not know is something it does not support.
Code code_named(std::string_view name) {
  auto found = std::ranges::find(names, name, [](const auto& entry) { return entry.second; });
  return found == names.end() ? Code::unsupported : found->first;
}

api::Outcome outcome_of(Code code) { return code == Code::in_doubt ? api::Outcome::in_doubt : api::Outcome::refused; }

}  // namespace

std::string_view api::name_of(ErrorCode code) {
  auto found = std::ranges::find(names, code, [](const auto& entry) { return entry.first; });
  return found == names.end() ? "UNKNOWN" : found->second;
}

api::Error client::decode_error(wire::Reader error) {
  if (error.peek() == wire::Kind::bytes) {
    BytesView words = error.bytes();
    std::size_t space = std::min(words.find(' '), words.size());
    Code code = code_named(words.substr(0, space));
    return {code, outcome_of(code), std::string(words.substr(std::min(space + 1, words.size()))), {}};
  }
  api::Error decoded{Code::malformed, api::Outcome::refused, {}, {}};
  read_fields(error, [&](BytesView name, wire::Reader& value) {
    if (name == "name") decoded.code = code_named(value.bytes());
    if (name == "message") decoded.message = value.bytes();
    if (name == "acked") read_items(value, [&](wire::Reader& node) { decoded.acked.emplace_back(node.bytes()); });
  });
  decoded.outcome = outcome_of(decoded.code);
  return decoded;
}

api::Error client::to_api(const Error& error) {
  Code code = code_named(name_of(error.code));
  return {code, outcome_of(code), error.message, {}};
}

}  // namespace starling
