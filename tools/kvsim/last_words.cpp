#include "kvsim/last_words.hpp"

#include <signal.h>
#include <unistd.h>

#include <utility>

namespace starling::kvsim {

namespace {

thread_local std::string of_this_thread;

/// On the thread that called abort().
void say_them(int) {
  if (write(STDERR_FILENO, of_this_thread.data(), of_this_thread.size()) < 0) _exit(1);
}

}  // namespace

LastWords::LastWords(std::string words) {
  of_this_thread = std::move(words);
  signal(SIGABRT, say_them);
}

LastWords::~LastWords() { of_this_thread.clear(); }

}  // namespace starling::kvsim
