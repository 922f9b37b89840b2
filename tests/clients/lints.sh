# What the linters of others say about the action, the workflows, the templates and the scripts: nothing.
# shellcheck shell=bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

workflows=(examples/workflows/*.yml .github/workflows/*.yml)
passes "zizmor: the action and its examples, as its strictest persona sees them" \
    zizmor --offline --no-progress --persona=auditor action.yml examples/workflows/*.yml
passes "zizmor: our own workflows" zizmor --offline --no-progress .github/workflows/*.yml
passes "zizmor: releases, as its strictest persona sees them" \
    zizmor --offline --no-progress --persona=auditor .github/workflows/release.yml
passes "jactionlint" jactionlint action.yml "${workflows[@]}"
passes "actionlint" actionlint "${workflows[@]}"
# It does not know the permission `attestations` yet.
mkdir -p "$work/validated/.github/workflows"
for file in action.yml "${workflows[@]}"; do
    copy=$work/validated/.github/workflows/${file##*/}
    [ "$file" != action.yml ] || copy=$work/validated/action.yml
    sed '/^ *attestations: write/d' "$file" >"$copy"
    passes "action-validator: $file" action-validator "$copy"
done
passes "schema: action.yml" check-jsonschema --builtin-schema vendor.github-actions action.yml
passes "schema: workflows" check-jsonschema --builtin-schema vendor.github-workflows "${workflows[@]}" examples/forgejo/*.yml
passes "schema: GitLab" check-jsonschema --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci examples/gitlab/*.yml
scripts=(.ci/run .ci/release benches/peers/install tests/clients/run action/*.sh)
for file in tests/clients/*.sh; do
    # These are read by the others.
    case $file in */lib.sh | */install.sh | */managed.sh | */published.sh) ;; *) scripts+=("$file") ;; esac
done
passes "shellcheck" shellcheck --external-sources --source-path=SCRIPTDIR --source-path=. "${scripts[@]}"

# Nothing that comes from outside stands in a script: inputs arrive in the environment.
# shellcheck disable=SC2016 # as it is written in YAML
if grep -nE '^ *(run|-? ?run):.*\$\{\{' action.yml examples/workflows/*.yml .github/workflows/*.yml; then
    fail "lints: a script holds an expression"
fi
# shellcheck disable=SC2016 # as it is written in YAML
for broken in 's/shell: bash/shell:/' 's/required: false/requird: false/' 's/\(run: bash\) "/\1 ${{ inputs.path }} "/'; do
    sed "$broken" action.yml >"$work/action.yml"
    if (cd "$work" && check-jsonschema --builtin-schema vendor.github-actions action.yml &&
        zizmor --offline --no-progress --persona=auditor action.yml) >/dev/null 2>&1; then
        fail "lints: nobody minds $broken"
    fi
done
ok "lints: mistakes are found"
