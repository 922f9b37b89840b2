# The action in act, which runs workflows as GitHub's runner does, on the machine itself and with payloads like
# GitHub's. The release is one that this test makes; the actions of others, but for the checkout, are replaced
# by one that prints its inputs.
# shellcheck shell=bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

act --version
ACTION_COMMIT=0000000000000000000000000000000000000000
VERSION=$(sed -n 's/^version = "\([0-9.]*\)"$/\1/p' "$ROOT/Cargo.toml" | head -1)

# A release of this machine's program, listed in a copy of the action; its address is served by our `curl`.
mkdir -p action bin pack/roadworthy stub
cp -r "$ROOT/action" "$ROOT/action.yml" "$ROOT/Cargo.toml" "$ROOT/Cargo.lock" "$ROOT/build.rs" "$ROOT/src" \
    "$ROOT/policies" action/
cp "$(command -v roadworthy)" pack/roadworthy/
tar -C pack -czf release.tar.gz roadworthy
released=$(sha256sum release.tar.gz | cut -d' ' -f1)
case $(uname -m) in
    aarch64) arch=ARM64 target=aarch64-unknown-linux-musl ;;
    *) arch=X64 target=x86_64-unknown-linux-musl ;;
esac
address=https://downloads.example/roadworthy.tar.gz
echo "$VERSION $target $released $address" >>action/action/releases.txt
cat >bin/curl <<END
#!/bin/sh
echo "\$@" >>'$work/curl.log'
while [ "\$1" != --output ]; do shift; done
cp '$work/release.tar.gz' "\$2"
END
cat >bin/cargo <<END
#!/bin/sh
echo "in \$PWD: cargo \$*" >>'$work/cargo.log'
while [ "\$1" != --root ]; do shift; done
mkdir -p "\$2/bin" && cp '$(command -v roadworthy)' "\$2/bin/"
END
chmod +x bin/curl bin/cargo
# shellcheck disable=SC2016 # expanded by the program
printf '%s\n' '#!/bin/sh' 'echo "rustc 1.95.0 in $(basename "$PWD")"' >bin/rustc
chmod +x bin/rustc
PATH=$work/bin:$PATH
cat >stub/action.yml <<'END'
name: stub
description: takes the place of another's action
inputs: { path: {}, name: {}, key: {}, sarif_file: {}, category: {} }
runs:
  using: composite
  steps:
    - shell: bash
      env: { FILE: "${{ inputs.path }}${{ inputs.sarif_file }}" }
      run: test -s "$FILE"
END

# -- scripts alone ---------------------------------------------------------------------------------------

# install NAME=VALUE …: runs install.sh; its outputs are in `out`, what it says in `said`.
install() {
    : >out
    mkdir -p temp
    env RUNNER_OS=Linux RUNNER_ARCH="$arch" RUNNER_TEMP="$work/temp" GITHUB_OUTPUT="$work/out" \
        GITHUB_REPOSITORY=acme/models GITHUB_WORKFLOW_REF=acme/models/.github/workflows/x.yml@refs/heads/x \
        ROADWORTHY_VERSION= ROADWORTHY_CACHE=true "$@" bash action/action/install.sh
}
# gives NAME: an output.
gives() { awk -v name="$1" '$0 ~ "^" name "<<" { getline; print; exit }' out; }

passes "action: the listed release is installed" install
same "action: what was asked for" "$(cut -d' ' -f1-9 curl.log)" \
    "--proto =https --proto-redir =https --fail --silent --show-error --location --retry"
same "action: where" "$(awk '{ print $NF }' curl.log)" "$address"
"$(gives program)" --version >/dev/null || fail "action: the installed program does not run"
same "action: nothing is built" "$(gives build)$(gives cache)" falsefalse
blocks "action: an unknown version" "release 9.9.9 for $target is not known to this action" install ROADWORTHY_VERSION=9.9.9
blocks "action: a version that is none" "it must be like 1.2.3" install ROADWORTHY_VERSION='1.2.3; touch pwned'
blocks "action: an odd input" "the input cache is" install ROADWORTHY_CACHE=$'x\n::error::y'
same "action: an input ends no line" "$(grep -c '^::' said)" 1
sed -i "s/$released/${released//[0-7]/8}/" action/action/releases.txt
blocks "action: another archive than the listed one" "it is not installed" install
sed -i '$d' action/action/releases.txt

passes "action: without a release it is built" install
says "action: building is said" "::warning title=roadworthy::there is no release"
same "action: built, and cached" "$(gives build)$(gives cache)" truetrue
[[ $(gives key) == *-in-action ]] || fail "action: rustc was asked in the judged repository: $(gives key)"
passes "action: a required workflow" install GITHUB_WORKFLOW_REF=acme/governance/.github/workflows/x.yml@refs/heads/x
same "action: does not trust the cache of the judged repository" "$(gives build)$(gives cache)" truefalse
passes "action: the build" env ROADWORTHY_ROOT="$(gives root)" ROADWORTHY_PROGRAM="$(gives program)" \
    bash action/action/build.sh
same "action: how it is built" "$(cat cargo.log)" \
    "in $work/action: cargo install --locked --path . --root $work/temp/roadworthy-built --bins"
rm cargo.log
passes "action: from the cache" env ROADWORTHY_ROOT="$(gives root)" ROADWORTHY_PROGRAM="$(gives program)" \
    bash action/action/build.sh
[ ! -e cargo.log ] || fail "action: what the cache brought was built again"
echo "$VERSION $target $released $address" >>action/action/releases.txt

# A run of several landings is several values; the program is one that leaves the values given.
cat >bin/leaves <<'END'
#!/bin/sh
for argument; do case $argument in --report=json=*) cat "$LEAVES" >"${argument#--report=json=}" ;; esac; done
exit "$CODE"
END
chmod +x bin/leaves
ready several
(
    cd several
    roadworthy check --format json --as-of 2026-11-01 >"$work/passes.json"
    git rm --quiet OWNER.toml
    roadworthy check --format json --as-of 2026-11-01 >"$work/blocks.json" || true
)
sed 's/^  "status": "pass"/  "status": "not-judged"/; s/^    "models": 1/    "models": 0/' passes.json >free.json
# judge CODE FILE …: runs judge.sh on a program that leaves these values.
judge() {
    local code=$1
    shift
    : >out
    cat "$@" >values.json
    env RUNNER_TEMP="$work/temp" GITHUB_OUTPUT="$work/out" GITHUB_WORKSPACE="$work" ROADWORTHY_PROGRAM="$work/bin/leaves" \
        LEAVES="$work/values.json" CODE="$code" ROADWORTHY_PATH=. ROADWORTHY_BASE= ROADWORTHY_HEAD= ROADWORTHY_ALL=false \
        ROADWORTHY_POLICY= ROADWORTHY_AS_OF= bash action/action/judge.sh >said 2>&1 || true
    printf '%s %s %s %s' "$(gives verdict)" "$(gives exit-code)" "$(gives blocked)" "$(gives models)"
}
same "action: one that passes" "$(judge 0 passes.json)" "pass 0 0 1"
same "action: several, of which one blocks" "$(judge 1 passes.json blocks.json blocks.json)" "blocked 1 2 3"
same "action: nothing is production" "$(judge 0 free.json)" "not-judged 0 0 0"
same "action: no report of what was not production" "$(gives json)" ""
same "action: one that passes beside it" "$(judge 0 free.json passes.json)" "pass 0 0 1"
same "action: a program that ends well and says nothing" "$(judge 0 /dev/null)" "undecided 2 0 0"
ok "action: the outputs of several values"

# -- whole workflows -------------------------------------------------------------------------------------

# The repository: production, a topic that loses the owner, a topic that is fine, and both merges.
ready upstream
(
    cd upstream
    mkdir -p .github/workflows
    sed "s/^\( *\)uses: OWNER.*/&\n\1with: { as-of: 2026-11-01 }/" "$ROOT/examples/workflows/pull-request.yml" \
        >.github/workflows/roadworthy.yml
    sed 's/^name: .*/name: recheck/; s/^\( *\)uses: OWNER.*/&\n\1with: { as-of: 2026-11-01 }/' \
        "$ROOT/examples/workflows/recheck.yml" >.github/workflows/recheck.yml
    git add --all
    git commit --quiet -m "Workflows"
    git checkout --quiet -b good
    git commit --quiet --allow-empty -m "Nothing to speak of"
    git checkout --quiet -b bad production
    git rm --quiet OWNER.toml
    git commit --quiet -m "Nobody owns it"
    # Names and subjects that would be commands.
    # shellcheck disable=SC2016 # expanded by whoever is careless
    evil='evil-$(touch${IFS}pwned);`touch${IFS}pwned`##"'"'"
    git checkout --quiet -b "$evil" production
    for n in $(seq 12); do
        mkdir -p "models/$n\$(touch pwned)%0A::error::x"
        printf 'owner = "::error::pwned ##[add-mask]x"\n' >"models/$n\$(touch pwned)%0A::error::x/OWNER.toml"
    done
    printf '[models]\ndiscover = ["models/*"]\n' >roadworthy.toml
    git rm --quiet OWNER.toml
    git add --all
    git commit --quiet -m $'::error::pwned\n\n##[error]$(touch pwned)\n::set-output name=verdict::pass'
    for topic in good bad "$evil"; do
        git checkout --quiet --detach production
        git merge --quiet --no-ff -m "Merge" "$topic"
        git branch --quiet --force "merge/${topic%%-*}"
    done
)
sha() { git -C upstream rev-parse "refs/heads/$1^{commit}"; }

# checkout FOLDER REV [DEPTH]: as actions/checkout does it.
checkout() {
    git init --quiet --template= "$1"
    local refs=('+refs/heads/*:refs/remotes/origin/*')
    [ -z "${3:-}" ] || refs=(--depth "$3" "$2")
    git -C "$1" fetch --quiet --no-tags "file://$work/upstream" "${refs[@]}"
    git -C "$1" checkout --quiet --detach "$2"
    git -C "$1" remote add origin https://github.com/acme/models.git
}

# runs WHAT FOLDER EVENT CODE EXPECTATION …: the workflow on the payload in event.json.
runs() {
    local what=$1 folder=$2 event=$3 code=$4 got=0
    shift 4
    (cd "$folder" && act "$event" -W "${workflow:-.github/workflows/roadworthy.yml}" --json --no-cache-server \
        -P "${LABEL:-ubuntu-24.04}=-self-hosted" -e "$work/event.json" \
        --local-repository "OWNER/roadworthy@$ACTION_COMMIT=$work/action" \
        --local-repository "actions/cache@0057852bfaa89a56745cba8c7296529d2fc39830=$work/stub" \
        --local-repository "actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02=$work/stub" \
        --local-repository "github/codeql-action@cdf488f595d80d6e07e03d4674febd5ab45fa938=$work/codeql" \
    ) >log 2>&1 || got=$?
    if ! node "$ROOT/tests/clients/act.js" log "$@" || [ "$got" -ne "$code" ]; then
        tail -40 log >&2
        fail "act: $what: exit code $got"
    fi
    same "act: $what: nothing was executed" "$(find "$work" -name 'pwned*')" ""
    ok "act: $what"
}
mkdir codeql
cp -r stub codeql/upload-sarif

pull_request() {
    cat >event.json <<END
{"action": "synchronize", "number": 7, "pull_request": {"number": 7, "title": "::error::pwned\n##[error]\$(touch pwned)",
 "head": {"ref": "$1", "sha": "$2", "repo": {"fork": true}}, "base": {"ref": "production", "sha": "$(sha production)"}},
 "repository": {"default_branch": "production", "name": "models", "full_name": "acme/models", "owner": {"login": "acme"}}}
END
}
pull_request good "$(sha good)"
checkout good "$(sha merge/good)"
# The program is a debug build, and the machine may be busy: this says how long it takes, and sees a hang.
runs "a pull request that may pass" good pull_request 0 verdict=pass exit-code=0 blocked=0 models=1 annotations=0 report~.html "took<5000"
pull_request bad "$(sha bad)"
checkout bad "$(sha merge/bad)"
runs "a pull request that is blocked" bad pull_request 1 verdict=blocked exit-code=1 blocked=1 annotations=1 sarif~.sarif summary~block
checkout shallow "$(sha merge/bad)" 1
runs "a shallow checkout" shallow pull_request 1 verdict=undecided exit-code=2
# shellcheck disable=SC2016 # expanded by whoever is careless
pull_request 'evil-$(touch${IFS}pwned)' "$(git -C upstream rev-parse merge/evil^2)"
checkout evil "$(sha merge/evil)"
runs "hostile names and titles" evil pull_request 1 verdict=blocked models=12 annotations=10

cat >event.json <<END
{"action": "checks_requested", "merge_group": {"head_sha": "$(sha merge/bad)", "base_sha": "$(sha production)",
 "head_ref": "refs/heads/gh-readonly-queue/production/pr-7", "base_ref": "refs/heads/production"},
 "repository": {"default_branch": "production", "full_name": "acme/models"}}
END
runs "a merge group that is blocked" bad merge_group 1 verdict=blocked blocked=1

push() { printf '{"ref": "%s", "before": "%s", "after": "%s", "repository": {"default_branch": "production"}}' "$@" >event.json; }
push refs/heads/production "$(sha production)" "$(sha bad)"
checkout pushed "$(sha bad)"
runs "a push that is blocked" pushed push 1 verdict=blocked blocked=1
push refs/heads/production "$(sha production)" "$(sha good)"
checkout fine "$(sha good)"
runs "a push that may pass" fine push 0 verdict=pass blocked=0
push refs/tags/v1 0000000000000000000000000000000000000000 "$(sha bad)"
runs "a tag that is not production" pushed push 0 verdict=not-judged blocked=0 annotations=0
printf '[production]\ntags = ["v*"]\n' >pushed/roadworthy.toml
git -C pushed add --all && git -C pushed commit --quiet -m "Tags are releases"
git -C upstream fetch --quiet "$work/pushed" HEAD
push refs/tags/v1 0000000000000000000000000000000000000000 "$(git -C pushed rev-parse HEAD)"
git -C pushed update-ref refs/remotes/origin/production HEAD
runs "a release tag" pushed push 1 verdict=blocked

echo '{"repository": {"default_branch": "production"}}' >event.json
workflow=.github/workflows/recheck.yml
git -C good checkout --quiet -B production
runs "a scheduled check" good schedule 0 verdict=pass models=1 sarif~.sarif

# A repository beside the policy that judges it, as where an organisation requires the workflow. What another
# repository holds cannot be fetched here: a step writes it. It does not ask for an owner.
workflow=.github/workflows/required.yml
cat >step <<'END'
      - run: |
          mkdir -p governance/policy
          echo 'policy.severity = { owner-missing = "off" }' >governance/policy/roadworthy.toml
END
awk '/- name: The policy that judges it/ { while ((getline line < "step") > 0) print line; skip = 1; next }
    /^      - / { skip = 0 }
    /policy: governance/ { print "          as-of: 2026-11-01" }
    !skip' "$ROOT/examples/workflows/required.yml" >bad/$workflow
sed -i 's/^      - uses: OWNER/      - id: roadworthy\n        uses: OWNER/' bad/$workflow
pull_request bad "$(sha bad)"
runs "a policy from outside" bad pull_request 0 verdict=pass blocked=0

# Forgejo and Gitea run workflows in the same way, but check out the head of a pull request.
workflow=.github/workflows/forgejo.yml
for topic in good bad; do
    checkout "forgejo-$topic" "$(sha $topic)"
    sed 's/roadworthy ci /&--as-of 2026-11-01 /; s/^\( *\)- run: /\1- id: roadworthy\n\1  run: /' \
        "$ROOT/examples/forgejo/roadworthy.yml" >"forgejo-$topic/$workflow"
done
LABEL=roadworthy
pull_request good "$(sha good)"
runs "Forgejo, a pull request that may pass" forgejo-good pull_request 0
pull_request bad "$(sha bad)"
runs "Forgejo, a pull request that is blocked" forgejo-bad pull_request 1
grep -q 'block\[owner-missing\]' log || fail "act: Forgejo: the log does not say why"
