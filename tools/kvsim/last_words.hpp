#pragma once

#include <string>

namespace starling::kvsim {

/// What this thread says if a broken invariant ends the program while it lives.
class LastWords {
 public:
  explicit LastWords(std::string words);
  LastWords(const LastWords&) = delete;
  LastWords& operator=(const LastWords&) = delete;
  ~LastWords();
};

}  // namespace starling::kvsim
