# What deploy/demo and deploy/test share. Sourced, with the working directory at the repository's root.
set -euo pipefail

say() { printf '\033[1m==\033[0m %s\n' "$*" >&2; }

stop() {
  printf '\n%s\n' "$*" >&2
  exit 1
}

# need COMMAND PACKAGE ...: collects the Debian packages whose command or file is missing.
missing=()
need() {
  local probe=$1 package=$2
  case $probe in
  /*) [ -e "$probe" ] || missing+=("$package") ;;
  *) command -v "$probe" >/dev/null 2>&1 || missing+=("$package") ;;
  esac
}

# install_missing installs what need collected, or stops with the line that would.
install_missing() {
  [ ${#missing[@]} -eq 0 ] && return 0
  local line="apt-get install -y --no-install-recommends ${missing[*]}"
  if [ "$(id -u)" -ne 0 ]; then
    stop "These Debian packages are missing. Install them and start again:

    sudo apt-get update && sudo $line"
  fi
  say "installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $line >/dev/null
  missing=()
}

need_go() {
  command -v go >/dev/null 2>&1 || stop "Go 1.26 or newer is needed: https://go.dev/dl/"
  command -v npm >/dev/null 2>&1 || stop "Node 18 or newer with npm is needed (Debian: apt-get install nodejs npm)."
}

# need_fonts: fallback fonts for rare characters, used by the receipt.
need_fonts() {
  need /usr/share/fonts/truetype/babelstone/BabelStoneHan.ttf fonts-babelstone-han
  need /usr/share/fonts/truetype/hanazono/HanaMinB.ttf fonts-hanazono
}

# need_faults: what damages a disk: a tracer that leaves syncs out, and file systems that can be copied at one instant.
need_faults() {
  need strace strace
  need /usr/sbin/mkfs.xfs xfsprogs
  need /usr/sbin/mkfs.ext4 e2fsprogs
}

build() {
  say "fetching fonts and scripts, building the pages"
  go generate ./assets
  say "building bin/kiosk and bin/central (the first time takes a minute or two)"
  mkdir -p bin
  go build -o bin/ ./kiosk ./central ./deploy/story
}
