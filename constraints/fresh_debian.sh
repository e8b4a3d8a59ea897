#!/usr/bin/env bash
# Tries the commands as a new user would: in a Debian with nothing but git and make, on a fresh clone of this tree.
#
#   constraints/fresh_debian.sh trixie demo demo test     # make demo, make demo again, make test
#   constraints/fresh_debian.sh trixie "-j2 demo lint"    # make -j2 demo lint
#
# The system is made by debootstrap from this machine's own package sources. It and what is downloaded within it are kept
# in TANDEM_ROOTS (~/.cache/tandem); each call works on a new copy of the system and a new clone. All that a call mounts
# and starts ends with it, even when it is killed: it has name spaces of its own.
# Exit code: 0 all commands passed, 1 one failed, 77 this machine cannot do it (the last line says why).
set -euo pipefail
{ # Read as a whole before it begins, since a pull may change this file while it runs.
cd "$(dirname "$0")/.."
. constraints/trial.sh
release=$1
trial=$release
shift
base=$roots/$release.base run=$roots/$release.run home=$roots/$release.home packages=$roots/$release.packages

# --- What this machine needs for it. ---
[ "$(id -u)" = 0 ] || cannot "making a system of its own needs root"
unshare --mount --pid --fork true 2>/dev/null || cannot "name spaces for mounts and processes are not allowed here"
if ! command -v debootstrap >/dev/null; then
  command -v apt-get >/dev/null || cannot "debootstrap is missing, and this machine has no apt-get to install it"
  say "installing debootstrap (apt-get install debootstrap)"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y debootstrap; } >/dev/null 2>&1 \
    || cannot "apt-get could not install debootstrap"
fi
exec 9>"$roots/$release.lock"
flock --nonblock 9 || { say "another call is under way; waiting for it"; flock 9; }

# A command with mounts and processes of its own, which end with it, and it with this script.
alone=(setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --propagation private)

# --- The system: made once, under another name until it is whole. ---
if [ ! -d "$base" ]; then
  mirror=""
  apt-get update -qq >/dev/null 2>&1 || true # Without lists apt tells no sources.
  scratch=$(mktemp -d)
  for source in $(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | sort -u); do
    if /usr/lib/apt/apt-helper download-file "${source%/}/dists/$release/Release" "$scratch/Release" >/dev/null 2>&1 \
      && grep -q "^Codename: $release\$" "$scratch/Release"; then
      mirror=$source
      break
    fi
  done
  rm -rf "$scratch"
  [ -n "$mirror" ] || cannot "none of this machine's package sources has $release"
  say "making the system with git and make from this machine's package source (once, some minutes)"
  rm -rf "$base.part"
  "${alone[@]}" debootstrap --variant=minbase "$release" "$base.part" "$mirror" > "$roots/$release.log" 2>&1 \
    || { tail -n 5 "$roots/$release.log"; cannot "debootstrap failed; all it said is in $roots/$release.log"; }
  # How this machine reaches package sources, which may be through a proxy.
  apt-config dump | grep -E '^Acquire::(http|https|Retries)' > "$base.part/etc/apt/apt.conf.d/90machine" || true
fi

# The part that runs in name spaces of its own: mounts, then commands within the system.
within() { # root, home, packages, then commands
  set -euo pipefail
  local root=$1 home=$2 packages=$3
  shift 3
  mkdir -p "$root/root" "$root/var/cache/apt/archives"
  mount --bind "$home" "$root/root"
  mount --bind "$packages" "$root/var/cache/apt/archives"
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount --rbind --read-only /sys "$root/sys" 2>/dev/null || mount --rbind /sys "$root/sys"
  mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm" 2>/dev/null || true
  cp --dereference /etc/resolv.conf /etc/hosts "$root/etc/"
  [ ! -e /etc/pip.conf ] || cp --dereference /etc/pip.conf "$root/etc/"
  # Of the machine's settings only those of networks, certificates and package clients.
  local carried=() name
  while read -r name; do
    case $name in
      UV_CACHE_DIR | UV_PYTHON* | UV_PROJECT* | PIP_CACHE_DIR | PIP_TARGET | PIP_PREFIX) ;;
      *_proxy | *_PROXY | PIP_* | UV_* | *SSL_* | *_CA_BUNDLE | *_CA_CERTS | *_CERT | OPENBLAS_*)
        carried+=("$name=${!name}") ;;
    esac
  done < <(compgen -e)
  # Not by exec: this shell is the first process of its name space, which must collect all that others leave behind.
  chroot "$root" /usr/bin/env -i "${carried[@]}" HOME=/root DEBIAN_FRONTEND=noninteractive \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@" || return $?
}
enter() { # root, then a command
  local root=$1
  shift
  "${alone[@]}" bash -c "$(declare -f within); within \"\$@\"" within "$root" "$home" "$packages" "$@" </dev/null
}

mkdir -p "$home" "$packages"
if [ ! -d "$base" ]; then
  enter "$base.part" sh -c 'apt-get update -qq && apt-get install -qq -y git make' >> "$roots/$release.log" 2>&1 \
    || { tail -n 5 "$roots/$release.log"; cannot "apt-get could not install git and make; see $roots/$release.log"; }
  # The authorities that this machine trusts, which may be more than the system's own.
  if [ -e /etc/ssl/certs/ca-certificates.crt ]; then
    mkdir -p "$base.part/usr/local/share/ca-certificates"
    cp /etc/ssl/certs/ca-certificates.crt "$base.part/usr/local/share/ca-certificates/machine.crt"
    enter "$base.part" sh -c 'update-ca-certificates >/dev/null 2>&1 || true'
  fi
  mv "$base.part" "$base"
fi
rm -rf --one-file-system "$run"  # Never through a mount that something left there.
cp -a --reflink=auto "$base" "$run"

clone_into "$home/tandem"
say "a clone of $clone, with git and make alone"
make_each() { enter "$run" make --no-print-directory -C /root/tandem "$@"; }
try_each "$@"
exit
}
