#!/usr/bin/env bash
# codespell; the words of docs/glossary.md, in bold there, count as right.
set -euo pipefail
on_purpose=actve  # the key that the example of a misspelling has
words=$(sed -n 's/^\*\*\([^*]*\)\*\*.*/\L\1/p' docs/glossary.md | tr ' ' '\n' | paste -sd, -)
exec codespell --ignore-words-list "$on_purpose,$words" "$@"
