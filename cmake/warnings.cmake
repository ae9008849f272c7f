# Warnings and floating-point rules of our own targets. Contraction is off so that debug and release round alike.
add_library(poolcast_options INTERFACE)
target_include_directories(poolcast_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(poolcast_options INTERFACE POOLCAST_VERSION="${PROJECT_VERSION}")
target_compile_options(poolcast_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -ffp-contract=off)
