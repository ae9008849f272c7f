#!/usr/bin/env bash
# mypy, strict, on our tools and on the package; its settings stand in mypy.ini.
set -euo pipefail
places=(tools)
if [[ -d bench/server ]]; then places+=(bench/server); fi
if [[ -d bindings/poolcast ]]; then places+=(bindings/poolcast); fi
exec mypy "${places[@]}"
