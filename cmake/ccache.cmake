# Compile through ccache where it is installed, unless a launcher was asked for. The presets and `pip install .` build the same
# objects in folders of their own: paths inside the checkout do not count, and precompiled headers need the two sloppinesses
# (ccache manual, "Precompiled headers").
find_program(POOLCAST_CCACHE ccache)
if(POOLCAST_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1
                                  "CCACHE_SLOPPINESS=pch_defines,time_macros" "${POOLCAST_CCACHE}"
  )
endif()
