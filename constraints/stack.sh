# Sourced by the scripts beside it: which stack a machine can run, and where its Pythons are.

# The system's certificates, so that a network with an authority of its own works too.
export UV_SYSTEM_CERTS=1

# The GNU C library's version; nothing on a system with another library.
# TANDEM_GLIBC stands in for it: so tests play another machine.
glibc_version() { echo "${TANDEM_GLIBC-$(getconf GNU_LIBC_VERSION 2>/dev/null | cut -d' ' -f2)}"; }

# "newer" where the wheels of TFX 1.21 run, which need glibc 2.39; "older" where those of TFX 1.16 do. TANDEM_STACK chooses.
own_stack() {
  if [ -n "${TANDEM_STACK:-}" ]; then echo "$TANDEM_STACK"
  elif [ "$(printf '%s\n' 2.39 "$(glibc_version)" | sort -V | head -n 1)" = 2.39 ]; then echo newer
  else echo older; fi
}

# All Pythons of a version: on the path, or installed by pyenv or uv.
pythons_here() {
  local candidate
  for candidate in "$(command -v "python$1" || true)" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/python \
    "${UV_PYTHON_INSTALL_DIR:-${XDG_DATA_HOME:-$HOME/.local/share}/uv/python}/cpython-$1".*/bin/python; do
    if [ -x "$candidate" ] && [ "$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = "$1" ]; then
      echo "$candidate"
    fi
  done
  return 0
}
