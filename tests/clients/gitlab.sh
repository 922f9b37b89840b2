# The template for GitLab in gitlab-ci-local, which runs a job's lines as GitLab's runner does, on the machine
# itself. It clones nothing: the variables of the pipeline are given.
# shellcheck shell=bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

gitlab-ci-local --version
ready upstream
git -C upstream checkout --quiet -b bad
disown_model upstream
git -C upstream commit --quiet -m "Nobody owns it"
git -C upstream checkout --quiet -b good production
git -C upstream commit --quiet --allow-empty -m "Nothing to speak of"

# job BRANCH: the job of a merge request of this branch into production.
job() {
    local head
    rm -rf clone
    git clone --quiet --branch "$1" upstream clone
    git -C clone update-ref -d refs/remotes/origin/production
    cp "$ROOT/examples/gitlab/roadworthy.gitlab-ci.yml" clone/
    sed -i 's/roadworthy ci/roadworthy ci --as-of 2026-11-01/; /^  image:/d' clone/roadworthy.gitlab-ci.yml
    # The program wants an address like GitLab's; the job's own Git is led to the folder beside.
    git -C clone remote set-url origin https://gitlab.example/acme/models.git
    head=$(git -C clone rev-parse HEAD)
    (cd clone && gitlab-ci-local --file roadworthy.gitlab-ci.yml --shell-isolation=false --force-shell-executor \
        --ignore-predefined-vars=CI_PIPELINE_SOURCE,CI_DEFAULT_BRANCH,GITLAB_CI,CI_COMMIT_SHA \
        --variable CI_PIPELINE_SOURCE=merge_request_event --variable CI_MERGE_REQUEST_IID=7 \
        --variable CI_MERGE_REQUEST_TARGET_BRANCH_NAME=production --variable CI_DEFAULT_BRANCH=production \
        --variable GIT_CONFIG_COUNT=1 --variable "GIT_CONFIG_KEY_0=url.file://$work/upstream.insteadOf" \
        --variable GIT_CONFIG_VALUE_0=https://gitlab.example/acme/models.git \
        --variable GITLAB_CI=true --variable "CI_COMMIT_SHA=$head" roadworthy)
}
passes "gitlab: a merge request that may pass" job good
says "gitlab: what was judged" "into branch production"
blocks "gitlab: a merge request that is blocked" "block[owner-missing]" job bad
