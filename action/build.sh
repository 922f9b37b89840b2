#!/usr/bin/env bash
# Builds the program from the action's own checkout, unless the cache brought it.
#
# Reads ROADWORTHY_ROOT, the folder to install into, and ROADWORTHY_PROGRAM, the program that must be there.
set -euo pipefail
action=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=action/lib.sh
source "$action/action/lib.sh"

if [ -x "$ROADWORTHY_PROGRAM" ]; then
    printf 'the program is from the cache\n'
    exit 0
fi
# The judged repository may hold settings for cargo, and name a toolchain; the action's folder does not.
cd "$action"
cargo install --locked --path . --root "$ROADWORTHY_ROOT" --bins || refuse "roadworthy could not be built"
[ -x "$ROADWORTHY_PROGRAM" ] || refuse "cargo installed no $ROADWORTHY_PROGRAM"
