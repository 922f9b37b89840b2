use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::error::{Error, ErrorKind};

/// The variables through which `git` tells a hook where it works. Relative values are made
/// absolute when they are taken in: libgit2 joins a relative work tree to the wrong folder.
///
/// They count only when `GIT_DIR` or `GIT_INDEX_FILE` is set.
#[derive(Clone, Default, Debug)]
pub struct Environment {
    current: PathBuf,
    pub(super) git_dir: Option<PathBuf>,
    pub(super) work_tree: Option<PathBuf>,
    /// As given: `git` reads it from the top of the work tree, which is not known yet.
    index_file: Option<PathBuf>,
    /// Folders of objects beside the repository's own: a push's quarantine and what it builds on.
    pub(super) object_dirs: Vec<PathBuf>,
    pub(super) ceilings: Vec<PathBuf>,
}

impl Environment {
    /// No variables: the repository is only searched for.
    pub fn none() -> Environment {
        Environment::default()
    }

    /// The variables of this process.
    pub fn of_process() -> Environment {
        let current = std::env::current_dir().unwrap_or_default();
        Environment::new(&current, |name| std::env::var_os(name))
    }

    /// The variables that `read` answers, with relative paths starting at `current`.
    pub fn new(current: &Path, read: impl Fn(&str) -> Option<OsString>) -> Environment {
        let get = |name: &str| read(name).filter(|value| !value.is_empty());
        let ceilings = get("GIT_CEILING_DIRECTORIES")
            .map(|list| std::env::split_paths(&list).filter(|path| path.is_absolute()).collect())
            .unwrap_or_default();
        let mut environment =
            Environment { current: current.to_path_buf(), ceilings, ..Environment::default() };
        if get("GIT_DIR").is_none() && get("GIT_INDEX_FILE").is_none() {
            return environment;
        }
        let absolute = |value: OsString| current.join(value);
        environment.git_dir = get("GIT_DIR").map(absolute);
        environment.work_tree = get("GIT_WORK_TREE").map(absolute);
        environment.index_file = get("GIT_INDEX_FILE").map(PathBuf::from);
        environment.object_dirs.extend(get("GIT_OBJECT_DIRECTORY").map(absolute));
        if let Some(list) = get("GIT_ALTERNATE_OBJECT_DIRECTORIES") {
            environment
                .object_dirs
                .extend(split_alternates(&list).into_iter().map(|path| current.join(path)));
        }
        environment
    }

    /// The index to read, when one is named. A relative name starts at the top of the work tree.
    pub(super) fn index_file(&self, workdir: Option<&Path>) -> Result<Option<PathBuf>, Error> {
        let Some(named) = &self.index_file else { return Ok(None) };
        let path = workdir.unwrap_or(&self.current).join(named);
        if path.is_file() {
            return Ok(Some(path));
        }
        Err(Error::new(
            ErrorKind::Environment,
            format!("GIT_INDEX_FILE names `{}`, and there is no such file", path.display()),
        )
        .with_help("an index that is not there would look like a repository without files; unset GIT_INDEX_FILE, or run this from a Git hook"))
    }
}

/// Splits at `:` as Git does: a part that begins with `"` is C-quoted and may hold the separator.
fn split_alternates(list: &OsStr) -> Vec<PathBuf> {
    let text = list.to_string_lossy();
    if !text.contains('"') {
        return std::env::split_paths(list).filter(|path| !path.as_os_str().is_empty()).collect();
    }
    let mut paths = Vec::new();
    let mut rest = &*text;
    while !rest.is_empty() {
        let (path, after) = match rest.strip_prefix('"').and_then(unquote) {
            Some((path, after)) => (path, after),
            None => {
                let end = rest.find(':').unwrap_or(rest.len());
                (rest[..end].to_string(), &rest[end..])
            }
        };
        if !path.is_empty() {
            paths.push(PathBuf::from(path));
        }
        rest = after.strip_prefix(':').unwrap_or("");
    }
    paths
}

/// Reads up to the closing quote; what follows it is returned too. `None` when it never closes.
fn unquote(text: &str) -> Option<(String, &str)> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    loop {
        let byte = *bytes.get(at)?;
        at += 1;
        match byte {
            b'"' => return Some((String::from_utf8_lossy(&out).into_owned(), &text[at..])),
            b'\\' => {
                let escaped = *bytes.get(at)?;
                at += 1;
                out.push(match escaped {
                    b'n' => b'\n',
                    b't' => b'\t',
                    b'r' => b'\r',
                    b'a' => 7,
                    b'b' => 8,
                    b'v' => 11,
                    b'f' => 12,
                    b'0'..=b'3' => {
                        let digits = text.get(at - 1..at + 2)?;
                        at += 2;
                        u8::from_str_radix(digits, 8).ok()?
                    }
                    other => other,
                });
            }
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alternates(list: &str) -> Vec<String> {
        split_alternates(OsStr::new(list)).iter().map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn quoted_alternates_may_hold_the_separator() {
        assert_eq!(alternates("/a:/b"), ["/a", "/b"]);
        assert_eq!(alternates(r#""/p/we:ird/\"x\"":/b"#), [r#"/p/we:ird/"x""#, "/b"]);
        assert_eq!(alternates(r#"/a:"/\303\251:b""#), ["/a", "/é:b"]);
        assert_eq!(alternates(""), [""; 0]);
        assert_eq!(alternates(r#""/never/closed"#), [r#""/never/closed"#]);
        assert_eq!(alternates(r#""\39""#).len(), 1, "a bad escape is not a panic");
    }

    #[test]
    fn variables_count_only_in_a_hook() {
        let read = |pairs: &'static [(&str, &str)]| {
            Environment::new(Path::new("/here"), move |name| {
                pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value))
            })
        };
        let idle = read(&[("GIT_WORK_TREE", "w"), ("GIT_OBJECT_DIRECTORY", "/o")]);
        assert_eq!((idle.work_tree, idle.object_dirs.len()), (None, 0));
        let hook = read(&[("GIT_DIR", ".git"), ("GIT_WORK_TREE", ".")]);
        assert_eq!(hook.git_dir, Some(PathBuf::from("/here/.git")));
        assert_eq!(hook.work_tree, Some(PathBuf::from("/here/.")));
    }
}
