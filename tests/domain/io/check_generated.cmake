# Fails when a committed page is not what the program prints. -DPROGRAM -DPAGE -DCOMMITTED
execute_process(
  COMMAND ${PROGRAM} ${PAGE}
  OUTPUT_VARIABLE fresh
  RESULT_VARIABLE result
)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} ${PAGE} ended with ${result}")
endif()
file(READ ${COMMITTED} committed)
if(NOT fresh STREQUAL committed)
  message(FATAL_ERROR "${COMMITTED} is stale; `cmake --build BUILD --target generated` renews it")
endif()
