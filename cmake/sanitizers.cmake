# POOLCAST_SANITIZE=address,undefined or thread; POOLCAST_COVERAGE counts lines. Both act on everything that links
# poolcast_options.
set(POOLCAST_SANITIZE
    ""
    CACHE STRING "Sanitizers to build with"
)
option(POOLCAST_COVERAGE "Count executed lines and branches" OFF)
if(POOLCAST_SANITIZE)
  target_compile_options(
    poolcast_options INTERFACE -fsanitize=${POOLCAST_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
  )
  target_link_options(poolcast_options INTERFACE -fsanitize=${POOLCAST_SANITIZE})
  # An index past the end and an empty optional stop the program even where the memory happens to be there.
  target_compile_definitions(poolcast_options INTERFACE _GLIBCXX_ASSERTIONS)
  # Asio's fences order what it hands to another thread; a mutex does so too, and that one the sanitizer sees.
  if(POOLCAST_SANITIZE MATCHES thread AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(poolcast_options INTERFACE -Wno-tsan)
  endif()
endif()
if(POOLCAST_COVERAGE)
  target_compile_options(poolcast_options INTERFACE --coverage)
  target_link_options(poolcast_options INTERFACE --coverage)
endif()
