#!/usr/bin/env bash
# Makes the environment .venv: looks first whether this machine has what it needs, picks the stack that it can run, brings
# uv along when there is none, installs the exact versions of constraints/. A second call with nothing changed does nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
. constraints/stack.sh

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$@" >&2; exit 1; }
trap 'say "stopped by an error in line $LINENO of constraints/install.sh" >&2' ERR

# --- Which stack ---
system=${TANDEM_SYSTEM:-$(uname -s -m)}
[ "$system" = "Linux x86_64" ] || fail "TFX has wheels for Linux on x86_64 alone, and this is $system." \
  "Use a container or a virtual machine of Debian 13 or Ubuntu 24.04 for x86_64."
[ -n "$(glibc_version)" ] || fail "TFX's wheels need the GNU C library, which is not here (Alpine has another one)." \
  "Use a container of Debian 13 or Ubuntu 24.04."
stack=$(own_stack)
case $stack in
  newer) name="TFX 1.21" constraints=constraints/python3.11.txt pythons="3.12 3.13 3.11" ;;
  older) name="TFX 1.16" constraints=constraints/python3.10.txt pythons="3.10" ;;
  *) fail "TANDEM_STACK is '$stack'; it may be 'newer' or 'older'." ;;
esac
pythons=${TANDEM_PYTHONS:-$pythons}

# One call at a time makes the environment.
mkdir -p .tools
exec 9> .tools/lock
flock 9

# --- Nothing to do? ---
stamp=.venv/.installed unfinished=.venv/.unfinished
wanted=$(cat setup.py pyproject.toml "$constraints" constraints/{install,stack}.sh constraints/overrides.txt | sha256sum | cut -d' ' -f1)
if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && .venv/bin/python -c '' 2>/dev/null; then
  say "the environment .venv is up to date ($name)"
  exit 0
fi

# --- Room on the disk ---
free_mb=${TANDEM_FREE_MB:-$(df -Pm . | awk 'NR == 2 { print $4 }')}
have_mb=$(du -sm .venv 2>/dev/null | cut -f1 || true)
[ $((free_mb + ${have_mb:-0})) -ge 5000 ] || fail \
  "The environment and its downloads take 5 GB, and $(df -P . | awk 'NR == 2 { print $6 }') has $((free_mb / 1000)) GB left." \
  "Make room there and call make again."

# --- What the system's own packages bring ---
as_root_with_apt() { [ "$(id -u)" = 0 ] && [ "$(package_manager)" = apt-get ]; }

package_manager() {
  local manager
  for manager in apt-get dnf zypper pacman; do
    if command -v "$manager" >/dev/null; then echo "$manager"; return; fi
  done
}

# The packages of this system's name for what is wanted: "python 3.13", "headers 3.10" or "compiler".
packages_of() {
  case $(package_manager):$1 in
    apt-get:python) echo "python$2 python$2-venv" ;;
    apt-get:headers) echo "python$2-dev" ;;
    apt-get:compiler) echo g++ ;;
    dnf:python) echo "python$2" ;;
    dnf:headers) echo "python$2-devel" ;;
    dnf:compiler | zypper:compiler) echo gcc-c++ ;;
    zypper:python) echo "python${2/./}" ;;
    zypper:headers) echo "python${2/./}-devel" ;;
    pacman:compiler) echo gcc ;;
  esac
}

install_command() {
  case $(package_manager) in
    apt-get) echo "apt-get install -y $*" ;;
    dnf) echo "dnf install -y $*" ;;
    zypper) echo "zypper install -y $*" ;;
    pacman) echo "pacman -S --noconfirm $*" ;;
  esac
}

# Installs packages as root with apt, saying so; otherwise says the command, and what it is wanted for.
need() { # what for, then packages
  local purpose=$1
  shift
  if as_root_with_apt; then
    say "installing $purpose: $(install_command "$@")"
    export DEBIAN_FRONTEND=noninteractive
    update_package_lists
    apt-get install -qq -y "$@" > .tools/apt.log 2>&1 9>&- \
      || fail "apt-get could not install $*:" "$(tail -n 3 .tools/apt.log)" "Install $purpose and call make again."
  elif [ -n "$(install_command "$@")" ]; then
    fail "Missing: $purpose. Install it and call make again:" "  $([ "$(id -u)" = 0 ] || echo 'sudo ')$(install_command "$@")"
  else
    fail "Missing: $purpose. Install it and call make again."
  fi
}

lists_are_updated=""
update_package_lists() {
  [ -z "$lists_are_updated" ] || return 0
  lists_are_updated=yes
  apt-get update -qq > .tools/apt.log 2>&1 9>&- || say "apt-get update failed; going on with the package lists that are here"
}

# --- uv: the one on the path, else one of our own; a broken one is made anew. ---
uv=""
find_uv() {
  for uv in "$(command -v uv || true)" "$PWD/.tools/bin/uv"; do
    if [ -x "$uv" ] && "$uv" --version >/dev/null 2>&1; then return 0; fi
  done
  return 1
}
bring_uv() { # a Python with venv
  find_uv && return
  say "bringing uv into .tools"
  "$1" -m venv --clear .tools/uv && .tools/uv/bin/python -m pip install --quiet --disable-pip-version-check uv \
    || fail "pip could not install uv; see above. Mend that, or install uv another way, and call make again."
  mkdir -p .tools/bin
  ln -sfn ../uv/bin/uv .tools/bin/uv
  find_uv || fail "uv was installed into .tools, but does not run there."
}
has_venv() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

# --- Which Python ---
python=""
find_python() {
  local version candidate
  for version in $pythons; do
    while read -r candidate; do
      if find_uv || has_venv "$candidate"; then python=$candidate; return 0; fi
    done < <(pythons_here "$version")
  done
  return 1
}

# The newest of the versions that apt has, which its lists must tell.
version_of_apt() {
  local version
  for version in $(printf '%s\n' $pythons | sort -rV); do
    if [ -n "$(apt-cache madison "python$version-venv" 2>/dev/null)" ]; then echo "$version"; return; fi
  done
}

# Any Python that can bring uv.
any_python_with_venv() {
  local candidate
  for candidate in $(command -v python3 || true) "${PYENV_ROOT:-$HOME/.pyenv}"/versions/*/bin/python; do
    if [ -x "$candidate" ] && has_venv "$candidate"; then echo "$candidate"; return; fi
  done
}

if ! find_python; then
  version=""
  if as_root_with_apt; then
    update_package_lists
    version=$(version_of_apt)
  fi
  if [ -n "$version" ]; then
    need "Python $version with venv" $(packages_of python "$version")
    find_python || fail "Python $version was installed, but is not found on the path or cannot make environments."
  else
    # The system has no such Python: uv brings one, where its downloads can be reached.
    version=${pythons%% *}
    if ! find_uv && [ -z "$(any_python_with_venv)" ]; then
      if as_root_with_apt; then need "any Python, to bring uv" python3 python3-venv
      else
        packages=$(packages_of python "$version")
        need "Python $version with venv" ${packages:-"python$version"}
      fi
    fi
    bring_uv "$(any_python_with_venv)"
    say "no Python ${pythons// / or } here, which $name needs on this machine (glibc $(glibc_version)): trying 'uv python install $version'"
    if ! "$uv" python install --no-progress "$version" > .tools/uv.log 2>&1 9>&-; then
      fail "uv could not bring Python $version; it ended with" "$(tail -n 1 .tools/uv.log)" \
        "$name needs Python ${pythons// / or }, and this system has no package of it. One of these mends it; then call make again:" \
        "  on a network that reaches uv's downloads:  $uv python install $version" \
        "  with pyenv, which builds it:               pyenv install $version" \
        "  a system with a newer C library, where its own Python will do: Debian 13 or Ubuntu 24.04, also as a container"
    fi
    find_python || fail "uv installed Python $version, but it does not run here."
  fi
fi
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')

# --- The compiler: only the older stack builds a package, pyfarmhash (constraints/overrides.txt says why). ---
if [ "$stack" = older ]; then
  command -v c++ >/dev/null || command -v g++ >/dev/null || need "a C++ compiler" $(packages_of compiler)
  header=$("$python" -c 'import sysconfig; print(sysconfig.get_path("include") + "/Python.h")')
  [ -e "$header" ] || need "the headers of Python $version" $(packages_of headers "$version")
fi

# --- The environment ---
bring_uv "$python"
say "making .venv with $("$python" --version) for $name; the first time this downloads about 1 GB"
# A kept .venv is filled in. One whose filling was cut off may hold half a package: it is made anew of what was downloaded.
if [ -e "$unfinished" ] || [ "$(.venv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" != "$version" ]; then
  "$uv" venv --quiet --clear --no-python-downloads --python "$python" .venv
fi
touch "$unfinished"
rm -f "$stamp"
# Compiled at once: where Python may not write beside its modules, each start would compile TensorFlow anew, three times as long.
"$uv" pip install --quiet --compile-bytecode --python .venv/bin/python --constraint "$constraints" --override constraints/overrides.txt \
  --editable '.[test,dev]' 9>&- &
installing=$!
( begin=$SECONDS
  while sleep 15 >/dev/null 2>&1; do say "downloading and installing, $((SECONDS - begin)) s"; done ) 9>&- &
telling=$!
trap 'kill "$installing" "$telling" 2>/dev/null || true' EXIT
wait "$installing" || fail "uv could not install the packages; see above. What it downloaded is kept: call make again."
rm -f "$unfinished"
echo "$wanted" > "$stamp"
say "done; the command is .venv/bin/tandem"
