use std::collections::HashMap;

use super::content::Content;
use super::error::{Error, ErrorKind};
use super::id::CommitId;
use super::repo::Repo;
use super::snapshot::{Limits, Snapshot};
use crate::diag::RepoPath;

/// Which names and addresses belong to one person: the `.mailmap` of a snapshot. Addresses and
/// names are compared without regard to case, as Git does (libgit2 does not).
#[derive(Clone, Default, Debug)]
pub struct Mailmap {
    /// By commit address, lower-case.
    by_email: HashMap<String, Mapping>,
}

#[derive(Clone, Default, Debug)]
struct Mapping {
    /// For any name with this address.
    any: Proper,
    /// For one name with this address, lower-case.
    by_name: HashMap<String, Proper>,
}

#[derive(Clone, Default, Debug)]
struct Proper {
    name: Option<String>,
    email: Option<String>,
}

impl Repo {
    /// Reads `.mailmap` from the root of what is judged; without one nothing is mapped. A
    /// symbolic link is not followed and counts as none, as in Git.
    ///
    /// # Errors
    /// When there is a `.mailmap` that cannot be read as text.
    pub fn mailmap(&self, snapshot: &Snapshot<'_>) -> Result<Mailmap, Error> {
        if snapshot.get(NAME).is_none() {
            return Ok(Mailmap::default());
        }
        Mailmap::of_content(snapshot.read(NAME)?)
    }

    /// Reads the `.mailmap` of a commit, as [`Repo::mailmap`] reads that of a snapshot.
    ///
    /// # Errors
    /// As [`Repo::mailmap`].
    pub fn mailmap_of(&self, commit: CommitId) -> Result<Mailmap, Error> {
        match self.read_file(commit, NAME, Limits::default().max_blob)? {
            None => Ok(Mailmap::default()),
            Some(content) => Mailmap::of_content(content),
        }
    }
}

const NAME: &[u8] = b".mailmap";

impl Mailmap {
    fn of_content(content: Content) -> Result<Mailmap, Error> {
        let wrong = |why: &str| {
            let error = Error::new(ErrorKind::Unreadable, format!("it is {why}, not a list of people"));
            error.at(&RepoPath::from_git(NAME)).with_help("see gitmailmap(5)")
        };
        match content {
            Content::Text(text) => Ok(Mailmap::parse(&text)),
            Content::Symlink { .. } => Ok(Mailmap::default()),
            Content::NotUtf8 { line } => Err(wrong(&format!("not UTF-8 (line {line})"))),
            Content::Utf16 => Err(wrong("UTF-16")),
            Content::Binary => Err(wrong("binary")),
            Content::LfsPointer { .. } => Err(wrong("kept in Git LFS")),
            Content::TooLarge { size } => Err(wrong(&format!("{size} bytes long"))),
            Content::Gitlink => Err(wrong("a submodule")),
        }
    }

    /// Reads the lines of a mailmap. Lines that are none are passed over, as in Git.
    pub fn parse(text: &str) -> Mailmap {
        let mut map = Mailmap::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some((name, email, rest)) = name_and_email(line) {
                map.add(name, email, name_and_email(rest));
            }
        }
        map
    }

    fn add(&mut self, name: &str, email: &str, commit: Option<(&str, &str, &str)>) {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_string());
        let (proper, commit_name, commit_email) = match commit {
            None => (Proper { name: some(name), email: None }, "", email),
            Some((commit_name, commit_email, _)) => {
                (Proper { name: some(name), email: some(email) }, commit_name, commit_email)
            }
        };
        let mapping = self.by_email.entry(commit_email.to_lowercase()).or_default();
        if !commit_name.is_empty() {
            mapping.by_name.insert(commit_name.to_lowercase(), proper);
            return;
        }
        mapping.any.name = proper.name.or(mapping.any.name.take());
        mapping.any.email = proper.email.or(mapping.any.email.take());
    }

    /// True when a line names somebody of this address or this name, as written or proper.
    pub fn names(&self, name: &str, email: &str) -> bool {
        let (name, email) = (name.to_lowercase(), email.to_lowercase());
        let is = |have: &Option<String>, want: &str| {
            !want.is_empty() && have.as_ref().is_some_and(|have| have.to_lowercase() == want)
        };
        let proper = |p: &Proper| is(&p.name, &name) || is(&p.email, &email);
        self.by_email.iter().any(|(commit_email, mapping)| {
            !email.is_empty() && *commit_email == email
                || proper(&mapping.any)
                || mapping.by_name.iter().any(|(own, p)| !name.is_empty() && *own == name || proper(p))
        })
    }

    /// The proper name and address of somebody who committed as `name` and `email`.
    pub fn map(&self, name: &str, email: &str) -> (String, String) {
        let proper = self
            .by_email
            .get(&email.to_lowercase())
            .map(|mapping| mapping.by_name.get(&name.to_lowercase()).unwrap_or(&mapping.any));
        let pick = |proper: Option<&String>, own: &str| proper.map_or_else(|| own.to_string(), Clone::clone);
        (pick(proper.and_then(|p| p.name.as_ref()), name), pick(proper.and_then(|p| p.email.as_ref()), email))
    }
}

/// `Name <address>` and what follows it.
fn name_and_email(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.split_once('<')?;
    let (email, rest) = rest.split_once('>')?;
    Some((name.trim(), email.trim(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_four_forms_and_any_case() {
        let map = Mailmap::parse(
            "# people\n\
             Jane Doe <jane@old.example>\n\
             <joe@corp.example> <joe@home.example>\n\
             Ann Lee <ann@corp.example> <ann@home.example>\n\
             Bob Ray <bob@corp.example> bob <shared@corp.example>\n\
             Eve Fox <eve@corp.example> EVE <shared@corp.example> # comment\n\
             not a line\n\
             half <a@b\n",
        );
        for (name, email, expected) in [
            ("jane", "JANE@old.example", ("Jane Doe", "JANE@old.example")),
            ("Joe", "joe@home.example", ("Joe", "joe@corp.example")),
            ("x", "Ann@Home.example", ("Ann Lee", "ann@corp.example")),
            ("BOB", "shared@corp.example", ("Bob Ray", "bob@corp.example")),
            ("eve", "Shared@corp.example", ("Eve Fox", "eve@corp.example")),
            ("zoe", "shared@corp.example", ("zoe", "shared@corp.example")),
            ("n", "nobody@else.example", ("n", "nobody@else.example")),
        ] {
            let (a, b) = map.map(name, email);
            assert_eq!((&a[..], &b[..]), expected, "{name} <{email}>");
        }
    }

    #[test]
    fn later_lines_complete_earlier_ones() {
        let map = Mailmap::parse("Jane <j@a>\n<jane@b> <j@a>\nJane Doe <j@a>\n");
        assert_eq!(map.map("x", "j@a"), ("Jane Doe".to_string(), "jane@b".to_string()));
    }
}
