# POOLCAST_SANITIZE=address,undefined or thread.
set(POOLCAST_SANITIZE "" CACHE STRING "Sanitizers to build with")
if(POOLCAST_SANITIZE)
  target_compile_options(poolcast_options INTERFACE -fsanitize=${POOLCAST_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(poolcast_options INTERFACE -fsanitize=${POOLCAST_SANITIZE})
endif()
