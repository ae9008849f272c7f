// A broken invariant stops the program, in every build: a result computed past it would be wrong without saying so.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <source_location>

namespace poolcast {

[[noreturn, gnu::cold, gnu::noinline]] inline void broken_invariant(const char* message, const std::source_location& where) {
  std::fprintf(stderr, "%s:%u: %s: broken invariant: %s\n", where.file_name(), static_cast<unsigned>(where.line()),
               where.function_name(), message);
  std::abort();
}

inline void ensure(bool condition, const char* message, const std::source_location& where = std::source_location::current()) {
  if (!condition) [[unlikely]]
    broken_invariant(message, where);
}

}  // namespace poolcast
