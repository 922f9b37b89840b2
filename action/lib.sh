# What the scripts of the action share.
# shellcheck shell=bash

# say LEVEL TEXT: an annotation: `error`, `warning` or `notice`.
say() {
    local text=${2//'%'/%25}
    text=${text//$'\r'/%0D}
    printf '::%s title=roadworthy::%s\n' "$1" "${text//$'\n'/%0A}"
}

# refuse TEXT: nothing could be judged.
refuse() {
    say error "$1"
    exit 2
}

# output NAME VALUE: an output of the step. A value cannot end itself: what ends it is random.
output() {
    local end
    end=end_$(random)
    case $2 in *"$end"*) refuse "the output $1 cannot be written" ;; esac
    printf '%s<<%s\n%s\n%s\n' "$1" "$end" "$2" "$end" >>"$GITHUB_OUTPUT"
}

# random: 32 hexadecimal digits that nobody knows beforehand.
random() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }

# one_of NAME VALUE CHOICE …: refuses an input that is none of the choices.
one_of() {
    local name=$1 value=$2 choice
    shift 2
    for choice in "$@"; do
        [ "$value" != "$choice" ] || return 0
    done
    refuse "the input $name is \`$value\`; it must be one of: $*"
}
