#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace starling::sim {

/// A promise that was broken.
struct Violation {
  std::string rule;
  std::string what;
  std::size_t key{};
};

/// Of each rule and key the first violation; the others seldom tell more.
class Verdict {
 public:
  void report(const std::string& rule, std::size_t key, std::string what) {
    if (reported_.emplace(rule, key).second) violations_.push_back({rule, std::move(what), key});
  }
  std::vector<Violation> take() { return std::move(violations_); }

 private:
  std::set<std::pair<std::string, std::size_t>> reported_;
  std::vector<Violation> violations_;
};

}  // namespace starling::sim
