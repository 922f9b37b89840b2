//! From what would land to what is judged: whether it lands on production, whose policy judges it, and
//! what it is compared with.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::diag::{Diagnostic, Level};
use crate::git::{CommitId, Content, Head, Limits, Repo, Target};
use crate::landing::{Landing, short, spoken};
use crate::policy::FILE;

use super::production::{Patterns, Refusal, branches, git, shown};
use super::{Change, Extra, Request, named, trust};

/// What becomes of something that would land.
#[derive(Clone, Debug)]
pub enum Asked {
    /// It is judged, and the verdict binds.
    Judge(Box<Request>),
    /// It is judged, and the verdict is advice: nothing reaches production yet.
    Advise(Box<Request>, String),
    /// It does not concern production; said in a sentence.
    Free(String),
    /// It is refused as it is.
    Refused(Box<Diagnostic>),
}

/// Where production is looked up, and the policy that judges in place of the repository's.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The remote whose branches are meant, in a clone that pushes to it.
    pub remote: Option<&'a str>,
    /// Policy files from outside of the repository.
    pub policy: Option<&'a [Extra]>,
    /// Who commits, as `Name <address>`, where a commit is still to be made.
    pub author: Option<&'a str>,
    /// The date of the judgement.
    pub as_of: NaiveDate,
}

/// A symbolic ref that leads on more often than this leads nowhere.
const MOST_LINKS: usize = 5;

/// Decides what is judged for the things that would land in one repository, one after the other: what
/// is the same for all is read once.
pub struct Desk<'a> {
    repo: &'a Repo,
    place: Place<'a>,
    /// The branch that the repository shows first: a server's `HEAD`.
    shown: Option<(String, CommitId)>,
    /// Patterns by the text of the configuration that states them.
    known: HashMap<Option<Arc<str>>, Rc<Patterns>>,
    /// The branches that are production as they stand, the shown one first.
    sides: Option<Vec<(String, CommitId)>>,
}

impl<'a> Desk<'a> {
    /// Looks at the repository.
    ///
    /// # Errors
    /// When its branches cannot be read.
    pub fn new(repo: &'a Repo, place: Place<'a>) -> Result<Desk<'a>, Refusal> {
        let shown = shown(repo, &place)?;
        Ok(Desk { repo, place, shown, known: HashMap::new(), sides: None })
    }

    /// What becomes of one thing that would land.
    ///
    /// # Errors
    /// Whatever makes it impossible to say.
    pub fn ask(&mut self, landing: &Landing) -> Result<Asked, Refusal> {
        let asked = match landing {
            Landing::Index { message } => self.index(message.as_deref())?,
            Landing::Merge { into, tip, head } => {
                let tip = self.repo.resolve_commit(tip).map_err(git)?;
                let commit = self.repo.resolve_commit(head).map_err(git)?;
                let named = if short(head) == head.as_str() { head.as_str() } else { "" };
                let request = Request::merge(self.repo, (into, tip), (named, commit), self.place.as_of);
                Asked::Judge(Box::new(request.map_err(git)?))
            }
            Landing::Move { ref_name, old, new } => {
                let ref_name = self.meant(ref_name)?;
                self.moved(&ref_name, old.as_deref(), new)?
            }
            Landing::Delete { ref_name, old } => {
                let ref_name = self.meant(ref_name)?;
                self.deleted(&ref_name, old.as_deref())?
            }
            Landing::Whole { ref_name, revision } => {
                let commit = self.repo.resolve_commit(revision).map_err(git)?;
                let name = ref_name.as_deref().map_or("", plain);
                Asked::Judge(Box::new(Request::whole(name, commit, self.place.as_of)))
            }
        };
        let policy = self.place.policy.map(<[Extra]>::to_vec);
        Ok(match asked {
            Asked::Judge(request) => Asked::Judge(Box::new(Request { policy, ..*request })),
            Asked::Advise(request, why) => Asked::Advise(Box::new(Request { policy, ..*request }), why),
            other => other,
        })
    }

    /// What would be committed on the current branch; with its message, once there is one.
    fn index(&mut self, message: Option<&[u8]>) -> Result<Asked, Refusal> {
        let (branch, tip) = match self.repo.head().map_err(git)? {
            Head::Branch { name, tip } => (name, Some(tip)),
            Head::Unborn { branch } => (branch, None),
            Head::Detached(tip) => (String::new(), Some(tip)),
        };
        let what = match branch.as_str() {
            "" => "staged files".to_string(),
            name => format!("staged files, for {name}"),
        };
        let production = !branch.is_empty() && self.patterns(tip, None)?.iter().any(|p| p.branch(&branch));
        let change = Change {
            what,
            name: branch.clone(),
            production: tip,
            trusted: None,
            since: tip,
            head: None,
            exclude: tip.into_iter().collect(),
            conflicts: Vec::new(),
        };
        let change = match message {
            Some(message) => self.pending(change, message)?,
            None => change,
        };
        let request = Request::new(Target::Index, self.place.as_of);
        let request = Box::new(Request { change: Some(change), ..request });
        Ok(match (production, branch.is_empty()) {
            (true, _) => Asked::Judge(request),
            (false, true) => Asked::Advise(request, "no branch is checked out".to_string()),
            (false, false) => Asked::Advise(request, format!("{branch} is not production")),
        })
    }

    /// The commit that would be made stands for itself before there is one.
    fn pending(&self, mut change: Change, message: &[u8]) -> Result<Change, Refusal> {
        let who = self.place.author.unwrap_or_default();
        let commit = self.repo.pending_commit(who, message).map_err(git)?;
        change.what = match change.name.as_str() {
            "" => format!("commit {}, as it would be made", commit.short()),
            name => format!("commit {}, as it would be made on {name}", commit.short()),
        };
        change.head = Some(commit);
        Ok(change)
    }

    /// The ref that really moves: a symbolic one stands for another.
    fn meant(&self, ref_name: &str) -> Result<String, Refusal> {
        let mut name = ref_name.to_string();
        for _ in 0..MOST_LINKS {
            match self.repo.symbolic(&name).map_err(git)?.filter(|_| self.place.remote.is_none()) {
                Some(target) => name = target,
                None => return Ok(name),
            }
        }
        let message = format!("{ref_name} stands for another ref, and that for another, without an end");
        Err(Box::new(Diagnostic::new(Level::Error, "endless-ref", message).help("remove it on the server")))
    }

    fn moved(&mut self, ref_name: &str, old: Option<&str>, new: &str) -> Result<Asked, Refusal> {
        let name = plain(ref_name);
        let tag = ref_name.starts_with("refs/tags/");
        if ref_name.starts_with("refs/replace/") {
            let message = "a replacement makes Git show another commit than the one that was judged";
            let refusal = Diagnostic::new(Level::Error, "replaced", format!("{ref_name}: {message}"));
            return Ok(Asked::Refused(Box::new(
                refusal.help("keep `git replace` to your own clone; make the change real with a commit"),
            )));
        }
        if !tag && !ref_name.starts_with("refs/heads/") {
            return Ok(Asked::Free(format!("{} is neither a branch nor a tag", spoken(ref_name))));
        }
        let (before, unknown) = match old.map(|old| self.before(ref_name, old)).transpose() {
            Ok(before) => (before.filter(|_| !tag), None),
            Err(refusal) => (None, Some(refusal)),
        };
        let patterns = self.patterns(before, Some(new))?;
        if !patterns.iter().any(|p| if tag { p.tag(name) } else { p.branch(name) }) {
            return Ok(Asked::Free(format!("{} is not production", spoken(ref_name))));
        }
        if let Some(refusal) = unknown.filter(|_| !tag) {
            return Err(refusal);
        }
        let commit = self.repo.resolve_commit(new).map_err(git)?;
        let home = self.home()?;
        let change = match before {
            _ if tag => self.tagged(name, commit, &patterns, home)?,
            Some(old) => Change {
                what: format!("{name}, moved from {} to {}", old.short(), commit.short()),
                name: name.to_string(),
                production: Some(old),
                trusted: None,
                since: Some(old),
                head: Some(commit),
                exclude: vec![old],
                conflicts: Vec::new(),
            },
            None => Change {
                what: format!("new branch {}", named(name, commit)),
                name: name.to_string(),
                production: home.as_ref().map(|(_, tip)| *tip),
                trusted: home.as_ref().map(|(home, _)| home.clone()),
                since: None,
                head: Some(commit),
                exclude: home.iter().map(|(_, tip)| *tip).collect(),
                conflicts: Vec::new(),
            },
        };
        let request = Request::new(Target::Commit(commit), self.place.as_of);
        Ok(Asked::Judge(Box::new(Request { change: Some(change), ..request })))
    }

    /// The commit that a ref was at. In a clone, the server may be further on than what was fetched.
    fn before(&self, ref_name: &str, old: &str) -> Result<CommitId, Refusal> {
        let error = match self.repo.resolve_commit(old) {
            Ok(commit) => return Ok(commit),
            Err(error) => error,
        };
        let fetched = match self.place.remote.filter(|_| ref_name.starts_with("refs/heads/")) {
            Some(_) => self.tip_of(plain(ref_name))?,
            None => None,
        };
        fetched.ok_or_else(|| {
            let help = match self.place.remote {
                Some(remote) => format!("`git fetch {remote}` first, then push again"),
                None => "run `git fsck`: the repository lacks what its own branch names".to_string(),
            };
            let message =
                format!("{} stands at {}, which is not here: {error}", spoken(ref_name), short(old));
            Box::new(Diagnostic::new(Level::Error, "unknown-base", message).help(help))
        })
    }

    fn deleted(&mut self, ref_name: &str, old: Option<&str>) -> Result<Asked, Refusal> {
        let name = plain(ref_name);
        if !ref_name.starts_with("refs/heads/") {
            return Ok(Asked::Free(format!("{} is deleted, and is no branch", spoken(ref_name))));
        }
        let old = match old {
            Some(old) => self.repo.resolve_commit(old).ok(),
            None => self.tip_of(name)?,
        };
        if !self.patterns(old, None)?.iter().any(|p| p.branch(name)) {
            return Ok(Asked::Free(format!("{} is deleted, and is not production", spoken(ref_name))));
        }
        let message = format!("`{name}` is a production branch, and this would delete it");
        Ok(Asked::Refused(Box::new(Diagnostic::new(Level::Error, "production-deleted", message).help(
            "first take it out of `branches` in [production] of roadworthy.toml, with a change that is judged like any other",
        ))))
    }

    /// A tag is compared with the newest production tag below it.
    fn tagged(
        &self,
        name: &str,
        commit: CommitId,
        patterns: &[Rc<Patterns>],
        home: Option<(String, CommitId)>,
    ) -> Result<Change, Refusal> {
        let mut previous: Option<(i64, String, CommitId)> = None;
        for full in self.repo.ref_names("refs/tags/").map_err(git)? {
            let other = plain(&full);
            if other == name || !patterns.iter().any(|p| p.tag(other)) {
                continue;
            }
            // A tag of something that is no commit ships nothing.
            let Ok(Some(tip)) = self.repo.ref_commit(&full) else { continue };
            let time = self.repo.commit_time(tip).map_err(git)?;
            let newer = previous.as_ref().is_none_or(|(best, ..)| time > *best);
            if newer && tip != commit && self.repo.is_ancestor(tip, commit).map_err(git)? {
                previous = Some((time, other.to_string(), tip));
            }
        }
        let since = previous.as_ref().map(|(.., tip)| *tip);
        let told = previous.as_ref().map(|(_, before, _)| format!(", since tag {before}"));
        Ok(Change {
            what: format!("tag {}{}", named(name, commit), told.unwrap_or_default()),
            name: name.to_string(),
            production: home.as_ref().map(|(_, tip)| *tip),
            trusted: home.as_ref().map(|(home, _)| home.clone()),
            since,
            head: Some(commit),
            // Without an earlier tag, what is on the branch already was judged when it landed there.
            exclude: since.or(home.map(|(_, tip)| tip)).into_iter().collect(),
            conflicts: Vec::new(),
        })
    }

    fn tip_of(&self, branch: &str) -> Result<Option<CommitId>, Refusal> {
        self.repo.ref_commit(&format!("{}{branch}", self.place.prefix())).map_err(git)
    }

    /// What is production: by every branch that is, and by the one that is concerned. Any of them is enough,
    /// so that none can take a branch out by itself. `first` is asked when there is no such branch yet.
    fn patterns(&mut self, own: Option<CommitId>, first: Option<&str>) -> Result<Vec<Rc<Patterns>>, Refusal> {
        let sides = self.sides()?;
        let mut commits: Vec<CommitId> = self
            .shown
            .iter()
            .map(|(_, tip)| *tip)
            .chain(sides.iter().map(|(_, tip)| *tip))
            .chain(own)
            .collect();
        let mut patterns = Vec::new();
        if sides.is_empty() && own.is_none() {
            patterns.push(Rc::new(Patterns::default_ones()));
            commits.extend(first.and_then(|first| self.repo.resolve_commit(first).ok()));
        }
        commits.sort_unstable();
        commits.dedup();
        for commit in commits {
            patterns.push(self.patterns_of(commit)?);
        }
        Ok(patterns)
    }

    /// The branches that are production: by their usual names, by the shown one, and by what these say.
    fn sides(&mut self) -> Result<Vec<(String, CommitId)>, Refusal> {
        if let Some(sides) = &self.sides {
            return Ok(sides.clone());
        }
        let usual = Patterns::default_ones();
        let mut asked = branches(self.repo, &self.place, &|name| usual.branch(name))?;
        asked.extend(self.shown.clone());
        let mut patterns = Vec::new();
        for (_, tip) in &asked {
            patterns.push(self.patterns_of(*tip)?);
        }
        let is = |name: &str| patterns.iter().any(|p| p.branch(name));
        let mut sides = branches(self.repo, &self.place, &is)?;
        sides.sort_by_key(|(name, _)| self.shown.as_ref().is_none_or(|(shown, _)| shown != name));
        self.sides = Some(sides.clone());
        Ok(sides)
    }

    fn patterns_of(&mut self, commit: CommitId) -> Result<Rc<Patterns>, Refusal> {
        let text =
            match self.repo.read_file(commit, FILE.as_bytes(), Limits::default().max_blob).map_err(git)? {
                Some(Content::Text(text)) => Some(text),
                _ => None,
            };
        if let Some(known) = self.known.get(&text) {
            return Ok(Rc::clone(known));
        }
        let config = trust::config_of(self.repo, commit, self.place.policy, self.place.as_of).map_err(git)?;
        let patterns = Rc::new(Patterns::of(&config));
        self.known.insert(text, Rc::clone(&patterns));
        Ok(patterns)
    }

    /// The production branch whose policy judges what has none of its own yet: the shown one, or the first.
    fn home(&mut self) -> Result<Option<(String, CommitId)>, Refusal> {
        Ok(self.sides()?.into_iter().next().or_else(|| self.shown.clone()))
    }
}

impl Place<'_> {
    /// What the full names of the branches that are meant begin with.
    pub(super) fn prefix(&self) -> String {
        self.remote.map_or("refs/heads/".to_string(), |remote| format!("refs/remotes/{remote}/"))
    }
}

/// A full ref name without what Git puts before it.
fn plain(ref_name: &str) -> &str {
    ref_name.strip_prefix("refs/heads/").or_else(|| ref_name.strip_prefix("refs/tags/")).unwrap_or(ref_name)
}
