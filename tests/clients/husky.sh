# husky with the lines that docs/hooks.md shows.
# shellcheck shell=bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/managed.sh"

managed_repository
(cd repository && husky)
same "husky: where Git looks for hooks" "$(git -C repository config core.hooksPath)" .husky/_
refuses_install husky
for hook in pre-commit pre-push; do
    # shellcheck disable=SC2016 # expanded by the hook
    printf 'roadworthy hook %s "$@"\n' "$hook" >"repository/.husky/$hook"
done
git -C repository add .husky
managed husky

# Several refs at once: every line arrives.
git -C repository rm --quiet OWNER.toml
git -C repository commit --quiet --no-verify -m "Nobody owns it"
blocks "husky: the second of two refs is judged" "block[owner-missing]" \
    git -C repository push origin HEAD~1:refs/heads/a HEAD:refs/heads/release/b
