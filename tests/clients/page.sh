# The page of `--format html` in a real browser: what it says, that nothing in it is executed or loaded, and
# that people with a keyboard, a screen reader, a small screen or a printer can use it. With SCREENSHOTS set
# to a folder, pictures are left there.
# shellcheck shell=bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

chromium --version 2>/dev/null
page() {
    local name=$1
    EXPECTED=$2 node "$ROOT/tests/clients/page.js" "$(command -v chromium)" "$name.html" "$name" || fail "page: $name"
}
# draw FOLDER CODE: writes FOLDER.html, and expects the exit code.
draw() {
    local code=0
    (cd "$1" && roadworthy check --as-of 2026-11-01 --format html) >"$1.html" || code=$?
    same "page: the exit code of $1" "$code" "$2"
}

"$RECIPE" demo/pilot pilot
draw pilot 1
page pilot 'Not roadworthy
findings block root
@corp-example/data-science
What to do next'

ready ready
draw ready 0
page ready 'Roadworthy
may go to production: 5 of 5 demands are met
Ada Lovelace'

# Names and texts that would be markup, or that hide.
ready hostile
cd hostile
git rm -r --quiet .
img='<img src=x onerror=window.pwned=1>'
rtl=$'\u202etxt\u200b'
for model in "$img" "'\"><script>window.pwned=1<" "a & b &lt;" "$rtl" 'مالك-النموذج' '{{7*7}}'; do
    mkdir -p "models/$model/docs"
    printf 'owner = "</pre><script>window.pwned=1</script>%s"\n' "$rtl" >"models/$model/OWNER.toml"
    printf '# Runbook\n\n<script>window.pwned=1</script>\n\nTBD\n' >"models/$model/docs/runbook.md"
done
cat >roadworthy.toml <<'END'
[models]
discover = ["models/*"]

[[waiver]]
rule = "privacy-missing"
model = "a & b &lt;"
reason = "the label feed is down &lt;script&gt; ::error::x ##[error]y --> until the move"
approved_by = "<a href=javascript:alert(1)>Grace Hopper</a> <grace@corp.example>"
expires = 2026-12-31
END
git add --all
git commit --quiet -m "</title><script>window.pwned=1</script>"
cd ..
draw hostile 1
# shellcheck disable=SC1003
page hostile '</pre><script>window.pwned=1</script>\u{202e}txt\u{200b}
<img src=x onerror=window.pwned=1>
\u{202e}txt\u{200b}
مالك-النموذج
the label feed is down &lt;script&gt; ::error::x ##[error]y -->
<a href=javascript:alert(1)>Grace Hopper</a>'
if grep -nE '##\[|^[[:space:]]*::' hostile.html; then fail "page: a log would take orders from it"; fi

mkdir empty
draw empty 2
page empty 'Could not judge'
