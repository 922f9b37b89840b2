# pre-commit with the configuration that docs/hooks.md shows.
# shellcheck shell=bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/managed.sh"

pre-commit --version
managed_repository
awk '/^repos:/ { on = 1 } on && /^```/ { exit } on' "$ROOT/docs/hooks.md" >repository/.pre-commit-config.yaml
git -C repository add .pre-commit-config.yaml
(cd repository && pre-commit install --hook-type pre-commit --hook-type pre-push)
refuses_install pre-commit
managed pre-commit

# And with the hooks that this project publishes.
source "$(dirname "${BASH_SOURCE[0]}")/published.sh"
tried pre-commit
published pre-commit
