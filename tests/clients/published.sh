# .pre-commit-hooks.yaml under pre-commit or prek, from an empty cache: the manager clones this project,
# builds it and runs it. `tried MANAGER` by `try-repo`, `published MANAGER` by its configuration. The program that `run` built is out of reach meanwhile.
# shellcheck shell=bash disable=SC2154

# What is committed and what is not yet, as a repository that a manager can clone.
published_source() {
    mkdir source
    (cd "$ROOT" && git ls-files -z --cached --others --exclude-standard) >files
    (cd "$ROOT" && tar --create --null --files-from="$work/files" --ignore-failed-read 2>/dev/null) | tar -x -C source
    git -C source init --quiet --template= -b main
    git -C source add --all
    git -C source commit --quiet -m "All of it"
}

tried() {
    local name=$1 own
    own=$(dirname "$(command -v roadworthy)")
    PATH=$(tr ':' '\n' <<<"$PATH" | grep -vxF "$own" | paste -sd:)
    ! command -v roadworthy >/dev/null || fail "$name: roadworthy is still on PATH"
    # Only the time that a build takes is saved: no optimisation, and one folder for all managers.
    export CARGO_TARGET_DIR=$TRY_REPO CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off \
        CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
    published_source
    ready tried
    cd tried || exit
    disown_model .
    blocks "$name: try-repo builds the program, and it judges" "block[owner-missing]" \
        "$name" try-repo "$work/source" roadworthy-pre-commit --all-files --verbose
    cd ..
}

# After `tried`.
published() {
    local name=$1 hook
    rm -rf repository served.git
    managed_repository
    {
        printf 'repos:\n  - repo: %s\n    rev: %s\n    hooks:\n' "$work/source" "$(git -C source rev-parse HEAD)"
        for hook in pre-commit pre-merge-commit commit-msg pre-push; do printf '      - id: roadworthy-%s\n' "$hook"; done
    } >repository/.pre-commit-config.yaml
    git -C repository add .pre-commit-config.yaml
    (cd repository && "$name" install --hook-type pre-commit --hook-type pre-merge-commit --hook-type commit-msg \
        --hook-type pre-push)
    managed "$name, published hooks"
    merged "$name, published hooks"
}

# A merge into production that Git makes by itself.
merged() {
    git -C repository checkout --quiet -b topic
    disown_model repository
    git -C repository commit --quiet --no-verify -m "Nobody owns it"
    git -C repository checkout --quiet production
    git -C repository commit --quiet --no-verify --allow-empty -m "Production moves on"
    blocks "$1: a merge that blocks is refused" "block[owner-missing]" git -C repository merge --no-edit topic
}
