#pragma once

#include <chrono>
#include <map>
#include <string>

#include "kvsim/plan.hpp"
#include "kvsim/totals.hpp"

namespace starling::kvsim {

/// "kill 12, freeze 3", the most frequent first.
std::string words_of(const std::map<sim::FaultKind, std::uint64_t>& faults);

/// On standard output, as a person reads it or as a line of JSON.
void print_result(const Plan& plan, const sim::TrialResult& result);
void print_totals(const Plan& plan, const Totals& totals, std::chrono::duration<double> took);
/// What was broken, what went wrong in the world, and what the clients of the key saw.
void print_story(const Plan& plan, const sim::TrialConfig& trial, const sim::TrialResult& result);
void print_mutants();

}  // namespace starling::kvsim
