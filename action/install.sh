#!/usr/bin/env bash
# Installs the release that action/releases.txt lists for this machine, or says that the program is to be
# built from the action's own checkout. Nothing is downloaded that is not listed with its checksum.
#
# Reads ROADWORTHY_VERSION and ROADWORTHY_CACHE. Writes the outputs `program`, `root`, `build`, `cache`, `key`.
set -euo pipefail
action=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=action/lib.sh
source "$action/action/lib.sh"

# target: the Rust target of the runner; empty when there are no releases for it.
target() {
    case ${RUNNER_OS:-}-${RUNNER_ARCH:-} in
        Linux-X64) echo x86_64-unknown-linux-musl ;;
        Linux-ARM64) echo aarch64-unknown-linux-musl ;;
        macOS-X64) echo x86_64-apple-darwin ;;
        macOS-ARM64) echo aarch64-apple-darwin ;;
        Windows-X64) echo x86_64-pc-windows-msvc ;;
        *) echo ;;
    esac
}

# sha256 [FILE …]: the checksums.
sha256() { if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi; }

# own_version: the version of this checkout.
own_version() { sed -n 's/^version = "\([0-9.]*\)"$/\1/p' "$action/Cargo.toml" | head -1; }

# sources: a checksum over everything that the program is built from.
sources() {
    (
        cd "$action"
        find Cargo.toml Cargo.lock build.rs src policies -type f | LC_ALL=C sort | tr '\n' '\0' |
            xargs -0 cat | sha256 | cut -d' ' -f1
    )
}

# download SUM URL FOLDER: unpacks an archive, once its checksum is the expected one.
download() {
    local archive=$3/archive found
    curl --proto '=https' --proto-redir '=https' --fail --silent --show-error --location --retry 3 \
        --output "$archive" -- "$2" || refuse "the release could not be downloaded from $2"
    found=$(sha256 "$archive" | cut -d' ' -f1)
    [ "$found" = "$1" ] || refuse "the archive $2 has the SHA-256 $found, and $1 is expected: it is not installed"
    # On standard input, because tar takes `C:` for the name of a machine.
    tar -xzf - -C "$3" <"$archive"
    rm "$archive"
}

# The judged repository may name a toolchain of its own, and that would be run.
cd "$action"

one_of cache "$ROADWORTHY_CACHE" true false
own=$(own_version)
version=${ROADWORTHY_VERSION:-$own}
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || refuse "the input version is \`$version\`; it must be like 1.2.3"
target=$(target)
program=roadworthy
[ "${RUNNER_OS:-}" != Windows ] || program=roadworthy.exe

read -r sum url < <(awk -v v="$version" -v t="$target" '$1 == v && $2 == t { print $3, $4; exit }' \
    "$action/action/releases.txt") || true
if [ -n "${sum:-}" ]; then
    root=$(mktemp -d "$RUNNER_TEMP/roadworthy-XXXXXXXX")
    download "$sum" "$url" "$root"
    found=$(find "$root" -type f -name "$program" | head -1)
    [ -n "$found" ] || refuse "there is no $program in $url"
    output program "$found"
    output build false
    output cache false
    printf 'installed roadworthy %s for %s\n' "$version" "$target"
    exit 0
fi
[ "$version" = "$own" ] || refuse "release $version for ${target:-this machine} is not known to this action, which is $own"

command -v cargo >/dev/null ||
    refuse "there is no release of roadworthy $version for ${target:-this machine}, and no cargo to build it with"
say warning "there is no release of roadworthy $version for ${target:-this machine}: it is built from source"
# The same folder in every run, because the cache puts files back where they were.
root=$RUNNER_TEMP/roadworthy-built
output root "$root"
output program "$root/bin/$program"
output build true
output key "roadworthy-$version-${RUNNER_OS:-any}-${RUNNER_ARCH:-any}-$(sources)-$(rustc --version | tr -c '[:alnum:].\n' -)"
# A workflow that another repository requires does not trust the judged one: its runs could have left
# another program in the cache.
case ${GITHUB_WORKFLOW_REF:-} in
    "${GITHUB_REPOSITORY:-}/"*) output cache "$ROADWORTHY_CACHE" ;;
    *) output cache false ;;
esac
