#pragma once

#include <string>
#include <vector>

#include "cli/output.hpp"
#include "starling/types.hpp"

/// Changes of the ring, as tables and words for people and as JSON for programs.
namespace starling::cli {

/// What a change moves, from where to where, and how the load is spread before and after.
void print_report(const api::ChangeReport& report);
/// If there are any.
void tell_further_changes(const api::ChangeReport& report);
Json json_report(const api::ChangeReport& report);

/// "1 of 2: writes go to both, reads to the old owners"
std::string stage_in_words(const std::string& stage);
/// How far the change has come, and who waits for the next one. Nothing where nothing is under way.
void print_change(const api::Status& status);
Json json_change(const api::ChangeStatus& change);
Json json_waiting(const std::vector<api::WaitingJoiner>& waiting);

}  // namespace starling::cli
