# What the clients' tests share. Each of them sources this file first: it makes an empty folder to work
# in, removes it at the end, and hides the settings of whoever runs it.
# shellcheck shell=bash
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
started=()
at_exit() {
    # Servers that this test started, and nothing else.
    for process in "${started[@]}"; do
        kill "$process" 2>/dev/null || true
        wait "$process" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap at_exit EXIT
cd "$work"

mkdir home
export HOME=$work/home XDG_CONFIG_HOME=$work/home/.config XDG_CACHE_HOME=$work/home/.cache
export GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0 NO_COLOR=1 LC_ALL=C.UTF-8
export GIT_AUTHOR_NAME='Ada Lovelace' GIT_AUTHOR_EMAIL=ada@corp.example
export GIT_COMMITTER_NAME='Ada Lovelace' GIT_COMMITTER_EMAIL=ada@corp.example
# What would switch a manager off, or point Git elsewhere.
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE CI HUSKY LEFTHOOK LEFTHOOK_EXCLUDE SKIP PREK_SKIP

fail() { printf 'FAIL  %s\n' "$*" >&2; exit 1; }
ok() { printf 'ok    %s\n' "$*"; }

# ready FOLDER: a repository on the branch production in which everything is on file.
ready() { "$RECIPE" core/ready "$1" && git -C "$1" checkout --quiet production; }

# disown_model FOLDER: stages the removal of the owner file, which blocks.
disown_model() { git -C "$1" rm --quiet OWNER.toml; }

# passes WHAT COMMAND …: the command succeeds.
passes() {
    local what=$1
    shift
    if "$@" >"$work/said" 2>&1; then ok "$what"; return; fi
    cat "$work/said" >&2
    fail "$what: it was refused"
}

# blocks WHAT WORDS COMMAND …: the command is refused, and says the words.
blocks() {
    local what=$1 words=$2
    shift 2
    if "$@" >"$work/said" 2>&1; then
        cat "$work/said" >&2
        fail "$what: it went through"
    fi
    says "$what" "$words"
    ok "$what"
}

# says WHAT WORDS: the last command said the words.
says() {
    grep -qF -- "$2" "$work/said" && return
    cat "$work/said" >&2
    fail "$1: nothing says \`$2\`"
}

# same WHAT A B: two texts are equal.
same() { [ "$2" = "$3" ] || fail "$1: \`$2\` is not \`$3\`"; }
