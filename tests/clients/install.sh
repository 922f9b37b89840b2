# shellcheck shell=bash
# Installs the programs of others, each at a fixed version where it is not Debian's: for tests/clients/run,
# benches/peers/install and .ci/run, which define `fail MESSAGE` and `say MESSAGE` and read this.
#
# Debian packages are installed for the machine and need root or sudo. The rest goes to
# $ROADWORTHY_CLIENTS, or ~/.cache/roadworthy-clients.

tools=${ROADWORTHY_CLIENTS:-${XDG_CACHE_HOME:-$HOME/.cache}/roadworthy-clients}
mkdir -p "$tools"

# Debian ships a python3 that cannot make virtual environments, and a browser without a font.
has() {
    case $1 in
        fonts) [ -d /usr/share/fonts/truetype/dejavu ] ;;
        venv) python3 -c 'import ensurepip, venv' 2>/dev/null ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

# debian COMMAND=PACKAGE …: installs the packages whose command is missing.
debian() {
    local missing=() pair
    for pair in "$@"; do
        has "${pair%%=*}" || missing+=("${pair#*=}")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || fail "not installed, and there is no apt-get: ${missing[*]}"
    local sudo=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "not installed, and neither root nor sudo: ${missing[*]}"
        sudo=(sudo)
    fi
    say "apt-get install ${missing[*]}"
    "${sudo[@]}" apt-get update -qq
    # RUNLEVEL=1 keeps Debian from starting a web server that nobody asked for.
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
        apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
    for pair in "$@"; do
        has "${pair%%=*}" || fail "${pair#*=} did not bring ${pair%%=*}"
    done
}

# pip_tool PACKAGE VERSION [COMMAND]: a virtual environment of its own.
pip_tool() {
    local place=$tools/$1-$2 command=${3:-$1}
    debian python3=python3 venv=python3-venv
    if ! "$place/bin/$command" --version >/dev/null 2>&1; then
        say "pip install $1==$2"
        rm -rf "$place"
        python3 -m venv "$place"
        "$place/bin/pip" install --quiet --disable-pip-version-check "$1==$2"
    fi
    PATH=$place/bin:$PATH
}

# npm_tool PACKAGE VERSION [COMMAND [PEER]]: a folder of its own. A peer has the same version.
npm_tool() {
    local place=$tools/${1//\//-}-$2 command=${3:-$1}
    debian npm=npm
    if [ ! -x "$place/node_modules/.bin/$command" ]; then
        say "npm install $1@$2"
        npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$place" "$1@$2" ${4:+"$4@$2"}
    fi
    PATH=$place/node_modules/.bin:$PATH
}
