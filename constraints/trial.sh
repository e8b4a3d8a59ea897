# Sourced by the scripts beside it that try `make` targets on a fresh clone. They set `trial`, its name, and define
# `make_each`, which calls make with its arguments where the clone lies.

# What outlives a call: systems, downloads, clones.
roots=${TANDEM_ROOTS:-${XDG_CACHE_HOME:-$HOME/.cache}/tandem}
mkdir -p "$roots"

say() { printf '%s: %s\n' "$trial" "$*"; }

# This machine cannot do it, which is neither passed nor failed.
cannot() { say "not tried here: $*"; exit 77; }

# The last commit, and what is changed or new in the working tree. Says in `clone` what that is.
clone_into() { # folder, which is made anew
  local git=(git -c safe.directory='*') changes
  rm -rf "$1"
  "${git[@]}" clone --quiet "file://$PWD" "$1"
  changes=$("${git[@]}" status --porcelain | wc -l)
  if [ "$changes" -gt 0 ]; then
    "${git[@]}" diff --binary HEAD | git -C "$1" apply --allow-empty --whitespace=nowarn
    "${git[@]}" ls-files --others --exclude-standard -z | tar --create --null --files-from - | tar --extract --directory "$1"
  fi
  clone="$(git -C "$1" describe --always) and $changes changed files"
}

# Calls make for each of the targets (one may be several words), goes on where one fails, and says what became of each.
try_each() {
  local targets begin result failed=()
  for targets in "$@"; do
    begin=$SECONDS
    say "make $targets"
    # shellcheck disable=SC2086  # Several words.
    if make_each $targets; then result=passed; else result=FAILED failed+=("$targets"); fi
    say "make $targets: $result after $(((SECONDS - begin) / 60)) min $(((SECONDS - begin) % 60)) s"
  done
  if [ ${#failed[@]} -gt 0 ]; then say "failed: ${failed[*]}"; exit 1; fi
  say "all passed: $*"
}
