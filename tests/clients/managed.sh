# The same story under every hook manager, told once the manager is installed in `repository`, whose
# `origin` is `served.git`. `managed NAME`.
# shellcheck shell=bash disable=SC2154

# A repository, and the server that it is pushed to. The server judges nothing.
managed_repository() {
    ready repository
    git clone --quiet --bare repository served.git
    git -C repository remote add origin "$work/served.git"
    git -C repository fetch --quiet origin
}

managed() {
    local name=$1 before
    (
        cd repository
        passes "$name: a commit that holds everything" git commit --allow-empty -m "Settings"
        before=$(git rev-parse HEAD)
        git rm --quiet OWNER.toml
        blocks "$name: a commit that blocks is refused" "block[owner-missing]" git commit -m "Nobody owns it"
        same "$name: nothing was committed" "$(git rev-parse HEAD)" "$before"
        git commit --quiet --no-verify -m "Nobody owns it"
        blocks "$name: a push that blocks is refused" "block[owner-missing]" git push origin production
        same "$name: nothing was pushed" "$(git -C ../served.git rev-parse production)" \
            "$(git rev-parse refs/remotes/origin/production)"
        git checkout --quiet HEAD~1 -- OWNER.toml
        passes "$name: the repaired commit" git commit -m "The owner is back"
        passes "$name: the repaired push" git push origin production
        same "$name: the branch has moved" "$(git -C ../served.git rev-parse production)" "$(git rev-parse HEAD)"
    )
}

# refuses_install NAME: `hook install` leaves the manager's hooks alone, and prints its configuration.
refuses_install() {
    local name=$1 before
    before=$(git -C repository rev-parse --git-path hooks)
    blocks "$name: its hooks are left alone" "belongs to $name" roadworthy hook install --force repository
    says "$name: the way in is shown" "roadworthy hook pre-push"
    same "$name: the hooks are where they were" "$(git -C repository rev-parse --git-path hooks)" "$before"
}
