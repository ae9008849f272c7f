# The stages of `./dev test`; sourced by dev, which defines step, build, install_package and package_is_current.
# A failed stage does not stop the others, so that one run shows everything.
# shellcheck shell=bash disable=SC2154 # root, venv, step_status and step_seconds are dev's

results=$root/build/test-results

# stage NAME JUNIT COMMAND…: a stage that runs tests names the JUnit file it writes; `-` counts the stage itself.
stage() {
  local name=$1 junit=$2
  shift 2
  if [[ $junit != - ]]; then rm -f "$junit"; fi
  step "$name" "$@"
  printf '%s\t%s\t%s\t%s\n' "$name" "$step_status" "$step_seconds" "$junit" >>"$results/stages.tsv"
}

run_ctest() {  # PRESET JUNIT [FLAGS]
  local preset=$1 junit=$2
  shift 2
  ctest --preset "$preset" --output-junit "$junit" "$@"
}

# The reference server is what has threads; the simulator's tests would take the sanitizer many minutes and show it nothing.
build_server_tests() {  # PRESET
  cmake --preset "$1"
  cmake --build --preset "$1" --target server_tests
}

run_server_tests() {  # PRESET JUNIT
  ctest --test-dir "build/$1/tests/reference-server" --output-on-failure --timeout 900 --output-junit "$2"
}

tidy() {
  cmake --preset tidy
  "$venv/bin/python" tools/tidy.py build/tidy
}

run_all_stages() {
  local check notebook
  # The same sources give the same verdict: properties are tried on the cases of one seed here, on new ones in `./dev fuzz`.
  export RC_PARAMS=${RC_PARAMS:-seed=1}
  mkdir -p "$results"
  : >"$results/stages.tsv"
  # One list of checks for everybody: the hooks of .pre-commit-config.yaml.
  while read -r check; do
    stage "check $check" - pre-commit run --all-files --verbose "$check"
  done < <(sed -n 's/^ *- id: *//p' .pre-commit-config.yaml)
  stage "build release" - build release
  stage "generated pages" "$results/generated.xml" run_ctest release "$results/generated.xml" -L '^generated$'
  stage "tests, release" "$results/release.xml" run_ctest release "$results/release.xml" -LE '^generated$'
  stage "clang-tidy" - tidy
  if package_is_current; then
    echo "the installed poolcast is up to date"
  else
    stage "build and install poolcast" - install_package
  fi
  stage "tests, Python" "$results/python.xml" "$venv/bin/python" -m pytest -q --junitxml="$results/python.xml" tests
  for notebook in notebooks/*.ipynb; do
    if [[ -f $notebook ]]; then stage "$notebook" - "$venv/bin/jupyter-execute" "$notebook"; fi
  done
  stage "build fuzz" - build fuzz
  stage "fuzz, 30 s each" - reference-server/fuzz/run build/fuzz/reference-server/fuzz 30
  stage "build asan" - build asan
  stage "tests, asan and ubsan" "$results/asan.xml" run_ctest asan "$results/asan.xml"
  stage "build server tests, tsan" - build_server_tests tsan
  stage "server tests, tsan" "$results/tsan.xml" run_server_tests tsan "$results/tsan.xml"
  echo
  "$venv/bin/python" tools/stage_summary.py "$results/stages.tsv"
}
