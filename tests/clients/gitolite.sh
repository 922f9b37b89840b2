# gitolite3, over its own shell: what ssh would start is started directly. gitolite keeps `update` for
# itself; roadworthy's `pre-receive` stands beside it.
# shellcheck shell=bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

ready repository
server=$work/server
mkdir "$server"
as_server() { env HOME="$server" GIT_CONFIG_GLOBAL=/dev/null "$@"; }
(cd "$server" && as_server gitolite setup -a ada >"$work/said" 2>&1) || { cat "$work/said" >&2; fail "gitolite setup"; }
shell=$(as_server gitolite query-rc GL_BINDIR)/gitolite-shell
[ -x "$shell" ] || fail "gitolite has no shell: $shell"

# Takes the place of ssh: ssh HOST COMMAND. Git starts it in the client's environment.
cat >ssh <<END
#!/bin/sh
shift
exec env -i PATH=/usr/bin:/bin:/usr/local/bin HOME='$server' SSH_CONNECTION='127.0.0.1 1 127.0.0.1 22' \\
    SSH_ORIGINAL_COMMAND="\$*" '$shell' ada
END
chmod +x ssh
export GIT_SSH_VARIANT=simple GIT_SSH=$work/ssh
git -C repository remote add origin git@gitolite:testing

served=$server/repositories/testing.git
[ -d "$served" ] || fail "gitolite made no repository testing"
passes "gitolite: the first push, before the hook" git -C repository push origin production
update=$(readlink "$served/hooks/update" || true)
roadworthy hook install "$served"
same "gitolite: its own hook is untouched" "$(readlink "$served/hooks/update" || true)" "$update"

disown_model repository
git -C repository commit --quiet -m "Nobody owns it"
blocks "gitolite: a push that blocks is refused" "remote: block[owner-missing]" git -C repository push origin production
says "gitolite: the push is declined" "pre-receive hook declined"
git -C repository reset --quiet --hard HEAD~1
git -C repository commit --quiet --allow-empty -m "The owner is back"
passes "gitolite: the repaired push is accepted" git -C repository push origin production
same "gitolite: the branch has moved" "$(git -C "$served" rev-parse production)" "$(git -C repository rev-parse HEAD)"
