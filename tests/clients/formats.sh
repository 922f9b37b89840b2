# Every format under the programs that read it: GitHub's rules for SARIF and its toolkit for annotations, the
# schema of JUnit's XML, reviewdog's format, GitLab's, GitHub's Markdown, and our own schemas. The documents are
# those of the tests, hostile ones among them, and those of real runs.
# shellcheck shell=bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

here=$ROOT/tests/clients/formats
mkdir documents
"$DOCUMENTS" documents

# Real runs: everything is on file, something blocks, something could not be judged, there is no repository.
ready ready
ready blocked
disown_model blocked
ready broken
printf '[production]\nbranchs = 1\n' >broken/roadworthy.toml
mkdir none
for run in ready:0 blocked:1 broken:2 none:2; do
    folder=${run%:*}
    for format in json sarif github junit gitlab rdjson markdown; do
        code=0
        roadworthy check --format "$format" --as-of 2026-11-01 "$folder" >"documents/run-$folder.$format" 2>said || code=$?
        same "$folder: the exit code of $format" "$code" "${run#*:}"
    done
done

checked() { ok "formats: $1"; }
# valid WHAT COMMAND …: the command succeeds; what it says is shown when it does not.
valid() {
    local what=$1
    shift
    "$@" >said 2>&1 || { tail -n 40 said >&2; fail "formats: $what"; }
    checked "$what"
}

multitool=$SARIF_MULTITOOL/Sarif.Multitool
chmod +x "$multitool"
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
for document in documents/*.sarif; do
    # It exits with 0 whatever it finds.
    "$multitool" validate "$document" --rule-kind 'Sarif;Ghas' --output found.sarif --log ForceOverwrite >said 2>&1 || true
    grep -q 'Analysis completed successfully' said || { cat said >&2; fail "formats: $document was not looked at"; }
    ! grep -E ': error |FATAL' said >&2 || fail "formats: $document is refused by GitHub's rules"
    # A finding without a place would make GitHub refuse the file.
    [ "$(gzip -c "$document" | wc -c)" -le 10000000 ] || fail "formats: $document is too large"
done
checked "SARIF: the rules of SARIF and of GitHub"
valid "SARIF: its schema" check-jsonschema --regex-variant nonunicode \
    --schemafile "$SARIF_MULTITOOL/sarif-2.1.0.json" documents/*.sarif

valid "annotations: GitHub's toolkit writes the same" node "$here/annotations.mjs" "$ACTIONS_CORE" documents/*.github
valid "JUnit: its schema" xmllint --noout --nonet --schema "$JUNIT_XSD" documents/*.junit
valid "reviewdog: rdjson" rdformat-validator --strict --no-extra-fields documents/*.rdjson
valid "GitLab: code quality" check-jsonschema --schemafile "$here/gitlab.schema.json" documents/*.gitlab
valid "Markdown: as GitHub draws it" "$CMARKGFM/bin/python" "$here/summaries.py" documents/*.markdown

for name in config policy report; do roadworthy schema "$name" >"$name.schema.json"; done
valid "schemas: they are schemas" check-jsonschema --check-metaschema ./*.schema.json
rm documents/all.json
valid "schemas: reports" check-jsonschema --regex-variant nonunicode --schemafile report.schema.json documents/*.json
valid "schemas: policies" check-jsonschema --regex-variant nonunicode --schemafile policy.schema.json \
    "$ROOT"/policies/*.toml "$ROOT/tests/suite/schema/pack.toml"
valid "schemas: configuration" check-jsonschema --regex-variant nonunicode --schemafile config.schema.json \
    "$ROOT/tests/suite/schema/config.toml"
if check-jsonschema --schemafile config.schema.json broken/roadworthy.toml >said 2>&1; then
    fail "formats: an unknown key is valid"
fi
grep -q branchs said || { cat said >&2; fail "formats: the unknown key is not named"; }
checked "schemas: an unknown key is refused"
