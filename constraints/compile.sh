#!/usr/bin/env bash
# Compiles the exact versions of both stacks from setup.py, without index addresses, so that they hold for any mirror.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=$(command -v uv || echo .tools/bin/uv)
compile() { # name, Python version, oldest C library
  "$uv" pip compile setup.py --quiet --upgrade --extra test --extra dev --python-version "$2" \
    --python-platform "x86_64-manylinux_$3" --no-header --no-annotate --no-emit-index-url --output-file "constraints/$1.txt"
  printf 'constraints/%s.txt: %s packages\n' "$1" "$(wc -l < "constraints/$1.txt")"
}
compile python3.10 3.10 2_28
compile python3.11 3.12 2_40
