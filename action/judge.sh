#!/usr/bin/env bash
# Runs `roadworthy ci` once: the report on the log, annotations, a summary, a page, JSON and SARIF. Ends with
# the program's exit code.
#
# Reads ROADWORTHY_PROGRAM and the inputs ROADWORTHY_{PATH,BASE,HEAD,ALL,POLICY,AS_OF}. Writes the outputs
# that action.yml names.
set -euo pipefail
action=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=action/lib.sh
source "$action/action/lib.sh"

# GitHub drops a summary that is larger than 1 MiB.
readonly MOST_SUMMARY=1000000

one_of all "$ROADWORTHY_ALL" true false
arguments=(ci)
[ -z "$ROADWORTHY_BASE" ] || arguments+=("--base=$ROADWORTHY_BASE")
[ -z "$ROADWORTHY_HEAD" ] || arguments+=("--head=$ROADWORTHY_HEAD")
[ "$ROADWORTHY_ALL" = false ] || arguments+=(--all)
case $ROADWORTHY_POLICY in
    "") ;;
    /*) arguments+=("--policy=$ROADWORTHY_POLICY") ;;
    *) arguments+=("--policy=$GITHUB_WORKSPACE/$ROADWORTHY_POLICY") ;;
esac
[ -z "$ROADWORTHY_AS_OF" ] || arguments+=("--as-of=$ROADWORTHY_AS_OF")

out=$(mktemp -d "$RUNNER_TEMP/roadworthy-report-XXXXXXXX")
arguments+=(
    "--report=json=$out/roadworthy.json"
    "--report=html=$out/roadworthy.html"
    "--report=sarif=$out/roadworthy.sarif"
    "--report=github=$out/annotations"
    "--report=markdown=$out/summary.md"
)
cd "$GITHUB_WORKSPACE"
cd -- "$ROADWORTHY_PATH" || refuse "there is no folder $ROADWORTHY_PATH in the workspace"

# The report is for people: while it is printed, the runner takes no commands.
pause=$(random)
printf '::stop-commands::%s\n' "$pause"
code=0
"$ROADWORTHY_PROGRAM" "${arguments[@]}" || code=$?
printf '\n::%s::\n' "$pause"

[ ! -s "$out/annotations" ] || cat "$out/annotations"
if [ -s "$out/summary.md" ] && [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
    size=$(wc -c <"$out/summary.md" | tr -d '[:space:]')
    if [ "$size" -le "$MOST_SUMMARY" ]; then
        cat "$out/summary.md" >>"$GITHUB_STEP_SUMMARY"
    else
        printf 'The summary is too large for this page; the log has all of it.\n' >>"$GITHUB_STEP_SUMMARY"
    fi
fi

# The JSON report is pretty-printed, and holds a value for each thing that was judged, one behind the other.
# Strings hold no line breaks: a line of this depth is a field of the report.
json=$out/roadworthy.json
touch "$json"
# count FIELD NAME: writes a number of the account, over all values, as an output.
count() {
    output "$2" "$(awk -v field="\"$1\":" '
        /^  "account": {$/ { inside = 1 }
        /^  }/ { inside = 0 }
        inside && $1 == field { sum += $2 }
        END { print sum + 0 }' "$json")"
}
# has STATUS: whether a value has this status.
has() { grep -q "^  \"status\": \"$1\",\$" "$json"; }
# file NAME PATH: a path, if something was written to it and something was judged.
file() { if [ -s "$2" ] && [ "$verdict" != not-judged ]; then output "$1" "$2"; else output "$1" ""; fi; }

case $code in
    0)
        if has pass; then
            verdict=pass
        elif has not-judged; then
            verdict=not-judged
        else
            say error "the program ended well, and left no report that says so"
            verdict=undecided code=2
        fi
        ;;
    1) verdict=blocked ;;
    *) verdict=undecided code=2 ;;
esac
output verdict "$verdict"
output exit-code "$code"
count block blocked
count warn warnings
count waived waived
count models models
file report "$out/roadworthy.html"
file json "$json"
file sarif "$out/roadworthy.sarif"
exit "$code"
