# Warnings and floating-point rules of our own targets. Contraction is off so that debug and release round alike.
add_library(poolcast_options INTERFACE)
target_include_directories(poolcast_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(poolcast_options INTERFACE POOLCAST_VERSION="${PROJECT_VERSION}")
target_compile_options(poolcast_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -ffp-contract=off)
# GCC 12 sees overlaps in std::string's operator+ and insert that are not there (GCC bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(poolcast_options INTERFACE -Wno-restrict)
endif()
