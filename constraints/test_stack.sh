#!/usr/bin/env bash
# Tries a stack on a fresh clone: `make demo` twice and all tests, or with "fast" the demo and the fast tests side by side.
#
#   constraints/test_stack.sh newer|older|other [all|fast]
#
# The newer one in an empty Debian 13, the older one with the Python 3.10 of this machine; "other" is the one that
# `make test` does not run here. Exit code: 0 passed, 1 failed, 77 this machine cannot do it (the last line says why).
set -euo pipefail
cd "$(dirname "$0")/.."
. constraints/stack.sh
stack=$1
if [ "$stack" = other ]; then
  [ "$(own_stack)" = newer ] && stack=older || stack=newer
fi
case ${2:-all} in
  all) targets=(demo demo test) ;;
  fast) targets=("--jobs=2 --output-sync=target demo test-fast") ;;
  *) echo "TESTS is '$2'; it may be 'all' or 'fast'." >&2; exit 1 ;;
esac
[ "$stack" = older ] || exec bash constraints/fresh_debian.sh trixie "${targets[@]}"

trial="older stack"
. constraints/trial.sh
[ -n "$(pythons_here 3.10)" ] || cannot "the older stack needs Python 3.10, which was not found"
exec 9> "$roots/older.lock"
flock 9
clone_into "$roots/older"
say "a clone of $clone, with $("$(pythons_here 3.10 | sed -n 1p)" --version)"
make_each() { TANDEM_STACK=older make --no-print-directory -C "$roots/older" "$@" 9>&-; }
try_each "${targets[@]}"
