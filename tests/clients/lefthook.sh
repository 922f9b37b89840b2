# lefthook with the configuration that docs/hooks.md shows.
# shellcheck shell=bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/managed.sh"

lefthook version
managed_repository
awk '/^pre-commit:/ { on = 1 } /^```/ { on = 0 } on' "$ROOT/docs/hooks.md" >repository/lefthook.yml
git -C repository add lefthook.yml
(cd repository && lefthook install)
refuses_install lefthook
managed lefthook

# Several refs at once: every line arrives.
git -C repository rm --quiet OWNER.toml
git -C repository commit --quiet --no-verify -m "Nobody owns it"
blocks "lefthook: the second of two refs is judged" "block[owner-missing]" \
    git -C repository push origin HEAD~1:refs/heads/a HEAD:refs/heads/release/b
