#!/usr/bin/env bash
# Compiles the exact versions of both stacks from setup.py, without index addresses, so that they hold for any mirror,
# and installs them into throw-away environments: files that do not install for each Python that is here are not kept.
set -euo pipefail
cd "$(dirname "$0")/.."
. constraints/stack.sh
uv=$(command -v uv) && "$uv" --version >/dev/null 2>&1 || uv=.tools/bin/uv
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'printf "stopped by an error in line %s of constraints/compile.sh\n" "$LINENO" >&2' ERR

compile() { # name, then further arguments of uv
  local name=$1
  shift
  "$uv" pip compile setup.py --quiet --upgrade --extra test --extra dev --override constraints/overrides.txt \
    --no-emit-package pyfarmhash --no-header --no-annotate --no-emit-index-url --output-file "$scratch/$name.txt" "$@"
  # Of the markers only those that tell one Python of the stack from another are of use to a reader.
  sed -Ei "s/ and (implementation_name|platform_machine|sys_platform|platform_python_implementation) [!=]= '[^']*'//g;
    s/ ; python_full_version < '3\.14'\$//; s/ and python_full_version < '3\.14'//" "$scratch/$name.txt"
}

check() { # name, Python version, oldest C library
  local python
  python=$(pythons_here "$2" | sed -n 1p)
  if [ -z "$python" ]; then
    printf 'constraints/%s.txt: not tried with Python %s, which is not here\n' "$1" "$2"
    return
  fi
  "$uv" venv --quiet --python "$python" "$scratch/$2"
  "$uv" pip install --quiet --python "$scratch/$2/bin/python" --python-platform "x86_64-manylinux_$3" \
    --constraint "$scratch/$1.txt" --override constraints/overrides.txt --requirement setup.py --extra test --extra dev
  printf 'constraints/%s.txt: installed with Python %s\n' "$1" "$2"
  rm -rf "${scratch:?}/$2"
}

compile python3.10 --python-version 3.10 --python-platform x86_64-manylinux_2_28
compile python3.11 --python-version 3.11 --universal
check python3.10 3.10 2_28
for version in 3.11 3.12 3.13; do check python3.11 "$version" 2_40; done
for name in python3.10 python3.11; do
  cp "$scratch/$name.txt" "constraints/$name.txt"
  printf 'constraints/%s.txt: %s packages\n' "$name" "$(wc -l < "constraints/$name.txt")"
done
