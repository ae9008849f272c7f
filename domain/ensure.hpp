// A broken invariant stops the program, in every build: a result computed past it would be wrong without saying so.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace poolcast {

// Where ensure() was called. std::source_location is what we would use if clang 14, which builds the fuzzers, knew it.
struct CallSite {
  const char* file;
  int line;
  const char* function;
};

[[noreturn, gnu::cold, gnu::noinline]] inline void broken_invariant(const char* message, const CallSite& where) {
  std::fprintf(stderr, "%s:%d: %s: broken invariant: %s\n", where.file, where.line, where.function, message);
  std::abort();
}

inline void ensure(bool condition, const char* message, const char* file = __builtin_FILE(), int line = __builtin_LINE(),
                   const char* function = __builtin_FUNCTION()) {
  if (!condition) [[unlikely]]
    broken_invariant(message, {file, line, function});
}

}  // namespace poolcast
