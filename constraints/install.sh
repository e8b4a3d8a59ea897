#!/usr/bin/env bash
# Makes the environment .venv: picks the stack that this machine can run, brings uv along when there is none, installs
# the exact versions of constraints/. A second call with nothing changed does nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

# The system's certificates, so that a network with an authority of its own works too.
export UV_SYSTEM_CERTS=1

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$@" >&2; exit 1; }

# --- Which stack: the wheels of TFX 1.21 need glibc 2.39, those of TFX 1.16 run on any current one. ---
glibc=${TANDEM_GLIBC:-$(getconf GNU_LIBC_VERSION 2>/dev/null | cut -d' ' -f2)}
[ -n "$glibc" ] || fail "Tandem runs on Linux with glibc, which TFX's wheels are built for; none was found here." \
  "On another system, use a container of Debian 13 or Ubuntu 24.04."
if [ "$(printf '%s\n' 2.39 "$glibc" | sort -V | head -n 1)" = 2.39 ]; then
  stack="TFX 1.21" constraints=constraints/python3.11.txt pythons="3.12 3.13 3.11"
else
  stack="TFX 1.16" constraints=constraints/python3.10.txt pythons="3.10"
fi

# --- Which Python: on the path, or one that pyenv or uv has installed. ---
python=""
for version in ${TANDEM_PYTHONS:-$pythons}; do
  for candidate in "$(command -v "python$version" || true)" "$HOME/.pyenv/versions/$version".*/bin/python \
    "$HOME"/.local/share/uv/python/cpython-"$version".*/bin/python; do
    if [ -x "$candidate" ] && "$candidate" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$version')" 2>/dev/null; then
      python=$candidate
      break 2
    fi
  done
done
[ -n "$python" ] || fail "No Python ${TANDEM_PYTHONS:-$pythons} was found, and this machine (glibc $glibc) needs it for $stack." \
  "Install one, for example with 'pyenv install ${pythons%% *}' or 'uv python install ${pythons%% *}', and call make again."

# --- Nothing to do? ---
stamp=.venv/.installed
wanted=$(cat setup.py pyproject.toml "$constraints" constraints/install.sh | sha256sum | cut -d' ' -f1)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
  say "the environment .venv is up to date ($stack)"
  exit 0
fi

# --- uv: the one on the path, else one of our own. ---
if uv=$(command -v uv) && "$uv" --version >/dev/null 2>&1; then :; else
  uv=$PWD/.tools/bin/uv
  if [ ! -x "$uv" ]; then
    say "bringing uv into .tools"
    "$python" -m venv .tools
    .tools/bin/python -m pip install --quiet --disable-pip-version-check uv
  fi
fi

say "making .venv with $("$python" --version) for $stack; the first time this downloads about 1 GB"
# A kept .venv is filled in, so that an interrupted installation goes on where it stopped.
[ -x .venv/bin/python ] && .venv/bin/python -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')')" 2>/dev/null \
  || "$uv" venv --quiet --clear --no-python-downloads --python "$python" .venv
"$uv" pip install --quiet --python .venv/bin/python --constraint "$constraints" --editable '.[test,dev]'
echo "$wanted" > "$stamp"
say "done; the command is .venv/bin/tandem"
