//! The script that stands in a folder of hooks.

use crate::diag::escape::shell_word;
use crate::hook::HookType;

/// What a file of ours begins with, after the line that names the shell.
const MARK: &str = "# roadworthy-hook: ";
/// How much of a file is looked at.
const HEAD: usize = 2048;

/// True when a file was written by `hook install`, of any version.
pub(super) fn is_ours(text: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&text[..text.len().min(HEAD)]).into_owned();
    head.starts_with("#!/bin/sh\n") && head.lines().take(4).any(|line| line.starts_with(MARK))
}

/// True when a script of somebody else has a line that calls roadworthy for this hook.
pub(super) fn calls(text: &[u8], kind: HookType) -> bool {
    let call = format!("roadworthy hook {kind}");
    let text = String::from_utf8_lossy(text);
    text.lines().any(|line| !line.trim_start().starts_with('#') && line.contains(&call))
}

/// The script for one hook. `program` is tried where `roadworthy` is not on PATH: desktop programs and
/// servers have a shorter one than a terminal.
pub(super) fn text(kind: HookType, program: Option<&str>) -> String {
    let head = format!(
        "#!/bin/sh\n{MARK}{kind}\n\
         # Written by `roadworthy hook install`; `roadworthy hook uninstall --type {kind}` removes it.\n\n"
    );
    head + &find(kind, program) + &chain(kind) + &format!("exec \"$program\" hook {kind} \"$@\"\n")
}

fn find(kind: HookType, program: Option<&str>) -> String {
    let advice = match kind {
        HookType::PreCommit | HookType::CommitMsg => {
            "install it, or go on once without it: git commit --no-verify"
        }
        HookType::PreMergeCommit => "install it, or go on once without it: git merge --no-verify",
        HookType::PrePush => "install it, or go on once without it: git push --no-verify",
        HookType::PreReceive | HookType::Update => "who runs this server must install it, or remove its hook",
    };
    let refuse = format!(
        "echo 'roadworthy is not on PATH: nothing is judged, so this stops here' >&2\n\
         echo '  {advice}' >&2\n\
         exit 1\n"
    );
    let (then, close) = match program {
        Some(program) => (
            format!(
                "program={}\nif [ ! -x \"$program\" ]; then\n{}fi\n",
                shell_word(program),
                indent(&refuse)
            ),
            "",
        ),
        None => (refuse, ""),
    };
    format!(
        "program=roadworthy\nif ! command -v \"$program\" >/dev/null 2>&1; then\n{}{close}fi\n\n",
        indent(&then)
    )
}

/// Runs a hook of one's own first. What Git writes to standard input goes to both.
fn chain(kind: HookType) -> String {
    if !kind.reads_lines() {
        return "# A hook of your own beside this one runs first.\n\
                if [ -x \"$0.local\" ]; then\n    \"$0.local\" \"$@\" || exit $?\nfi\n"
            .to_string();
    }
    "# A hook of your own beside this one runs first, on the same standard input.\n\
     if [ -x \"$0.local\" ]; then\n    \
     lines=$(mktemp) || exit 1\n    \
     trap 'rm -f \"$lines\"' EXIT\n    \
     trap 'exit 1' HUP INT TERM\n    \
     cat >\"$lines\" || exit 1\n    \
     \"$0.local\" \"$@\" <\"$lines\" || exit $?\n    \
     \"$program\" hook "
        .to_string()
        + kind.name()
        + " \"$@\" <\"$lines\"\n    exit $?\nfi\n"
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("    {line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_is_recognised_by_its_mark() {
        for kind in HookType::ALL {
            let script = text(kind, Some("/opt/it's here/roadworthy"));
            assert!(is_ours(script.as_bytes()), "{script}");
            assert!(script.ends_with(&format!("exec \"$program\" hook {kind} \"$@\"\n")), "{script}");
            assert!(script.contains(r"program='/opt/it'\''s here/roadworthy'"), "{script}");
            assert_eq!(script.contains("mktemp"), kind.reads_lines(), "{script}");
            let longest = script.lines().filter(|line| line.contains("echo")).map(str::len).max();
            assert!(longest.is_some_and(|n| n < 100), "{script}");
        }
        assert!(!is_ours(b"#!/bin/sh\nexec roadworthy hook pre-commit\n"));
        let own = b"#!/bin/sh\n# roadworthy hook pre-push\nroadworthy hook pre-commit \"$@\" || exit $?\n";
        assert!(calls(own, HookType::PreCommit) && !calls(own, HookType::PrePush));
        assert!(!is_ours(b""));
        assert!(!is_ours(&[0xff; 4096]));
        let quoting = "#!/bin/sh\n\n\n\n\n# roadworthy-hook: pre-commit\n";
        assert!(!is_ours(quoting.as_bytes()), "a script that only speaks of the mark");
    }
}
