use std::collections::BTreeMap;
use std::sync::Arc;

use globset::GlobSet;

use super::commit_graph::CommitGraph;
use super::disk;
use super::drift;
use super::error::Error;
use super::graph::{Graph, Node};
use super::id::CommitId;
use super::mailmap::Mailmap;
use super::memo::{Cache, Kept, Memo};
use super::paths::Paths;
use super::people::{Collector, Identity};
use super::repo::Repo;
use super::walk::{self, Touches};
use crate::diag::RepoPath;

/// Everything that is asked of a history, in one go.
#[derive(Clone, Default, Debug)]
pub struct Query {
    /// Files or folders: when was each last touched?
    pub touched: Vec<RepoPath>,
    /// How far has code moved on since a file was last touched?
    pub moved: Vec<Moved>,
    /// Who has ever committed here? Needs the whole history.
    pub people: bool,
    /// Who is who, for `people`.
    pub mailmap: Mailmap,
}

/// Asks how far `code` moved on since `since` was last touched.
#[derive(Clone, Debug)]
pub struct Moved {
    /// The file or folder that describes the code.
    pub since: RepoPath,
    /// The code.
    pub code: Arc<Code>,
}

/// A piece of code: some of the files below a folder. Patterns see paths relative to that folder.
#[derive(Clone, Debug)]
pub struct Code {
    /// The folder.
    pub under: RepoPath,
    /// The files that belong to it.
    pub keep: GlobSet,
    /// Those among them that do not.
    pub ignore: GlobSet,
}

impl Code {
    /// Whether a file belongs, by its path relative to the folder.
    pub fn matches(&self, relative: &[u8]) -> bool {
        let Some(path) = disk::os_name(relative) else { return false };
        self.keep.is_match(path) && !self.ignore.is_match(path)
    }
}

/// What a history says.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Answers {
    /// For each path of [`Query::touched`].
    pub touched: BTreeMap<RepoPath, Touch>,
    /// For each of [`Query::moved`], in its order.
    pub moved: Vec<Drift>,
    /// Sorted by address, then by name.
    pub people: Vec<Identity>,
    /// How many commits were read.
    pub commits_seen: usize,
    /// True when a commit was met whose parents were cut off: `people` may lack somebody.
    pub shallow: bool,
}

/// When a path was last touched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Touch {
    /// By this commit: the one that `git log -1 -- PATH` names.
    At {
        /// The commit.
        commit: CommitId,
        /// Seconds since 1970, of the committer.
        time: i64,
    },
    /// The tip does not hold the path.
    Uncommitted,
    /// The history was cut off before the answer.
    Shallow,
}

/// How far code moved on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Drift {
    /// The commits since the last touch that change the code: `git rev-list --count A..TIP --
    /// CODE`. Merges that only bring in what is counted already do not count; one that differs
    /// from each of its parents does. 0 when the tip does not hold the describing file.
    pub commits: u32,
    /// The newest of them, and when it was committed, in seconds since 1970.
    pub newest: Option<(CommitId, i64)>,
    /// False when the history was cut off too early: the number may be wrong.
    pub known: bool,
}

impl Repo {
    /// Answers `query` for the history that ends at `tip`; `None` stands for a branch without a
    /// commit. Every commit is read at most once, and none that no question needs.
    ///
    /// # Errors
    /// [`ErrorKind::Unreadable`] or [`ErrorKind::Malformed`] for a commit or tree on the way: a
    /// damaged object never looks like the end of the history. [`ErrorKind::Unsupported`] when
    /// `info/grafts` rewrites the history.
    ///
    /// [`ErrorKind::Unreadable`]: super::ErrorKind::Unreadable
    /// [`ErrorKind::Malformed`]: super::ErrorKind::Malformed
    /// [`ErrorKind::Unsupported`]: super::ErrorKind::Unsupported
    pub fn history(&self, tip: Option<CommitId>, query: &Query) -> Result<Answers, Error> {
        self.history_until(tip, query, &|_| false)
    }

    /// As [`Repo::history`], but people are looked for, newest commits first, only until `enough` is true of
    /// those who were seen. What is seen later must not make it false.
    ///
    /// # Errors
    /// As [`Repo::history`].
    pub fn history_until(
        &self,
        tip: Option<CommitId>,
        query: &Query,
        enough: &dyn Fn(&[Identity]) -> bool,
    ) -> Result<Answers, Error> {
        self.with_commit_graph(&|listed| self.history_with(tip, query, enough, listed))
    }

    fn history_with(
        &self,
        tip: Option<CommitId>,
        query: &Query,
        enough: &dyn Fn(&[Identity]) -> bool,
        listed: Option<&CommitGraph>,
    ) -> Result<Answers, Error> {
        let nothing = Drift { commits: 0, newest: None, known: true };
        let mut answers = Answers {
            touched: query.touched.iter().map(|path| (path.clone(), Touch::Uncommitted)).collect(),
            moved: vec![nothing; query.moved.len()],
            people: Vec::new(),
            commits_seen: 0,
            shallow: false,
        };
        let Some(tip) = tip else { return Ok(answers) };
        if query.people && listed.is_some() {
            self.read_messages_ahead(tip);
        }
        let ahead = self.take_ahead(tip);
        let store = self.store()?.along(ahead.as_ref());
        let people = query.people.then(|| Collector::new(&query.mailmap));
        let mut graph = Graph::new(&store, self.shallow_commits()?, listed, people);
        let folders = query.moved.iter().map(|moved| &moved.code.under);
        let mut paths = Paths::new(&store, dated_paths(query).chain(folders).cloned());
        let tip = graph.load(tip.0)?;
        let wanted: Vec<u32> = dated_paths(query).map(|path| position(&paths, path)).collect();
        let memo = self.memo();
        let touches = walk::last_touches(&mut graph, &mut paths, wanted, tip, memo.as_ref())?;
        if let Some(memo) = memo.filter(|_| self.cache.get() == Cache::ReadAndWrite) {
            remember(&memo, &graph, &paths, tip, &touches);
        }
        let touches = touches.answers;
        for (path, touch) in &mut answers.touched {
            *touch = touches[position(&paths, path) as usize].0;
        }
        let since = |moved: &Moved| touches[position(&paths, &moved.since) as usize].1;
        let since: Vec<Option<Node>> = query.moved.iter().map(since).collect();
        answers.moved = drift::all_since(&mut graph, &mut paths, &query.moved, &since, tip)?;
        if query.people {
            graph.load_until(tip, enough)?;
            answers.people = graph.take_people().map(Collector::finish).unwrap_or_default();
        }
        answers.commits_seen = graph.read();
        answers.shallow = graph.met_boundary();
        drop((graph, paths));
        drop(store);
        self.give_back(ahead);
        Ok(answers)
    }
}

/// Where the way was shorter than this, in commits, an answer is found again as soon as it is read.
const WORTH_KEEPING: usize = 100;

/// Keeps what was found out, unless the tip exists nowhere but in memory.
fn remember(memo: &Memo, graph: &Graph<'_>, paths: &Paths<'_>, tip: Node, touches: &Touches) {
    let id = graph.id(tip).0;
    if touches.passed < WORTH_KEEPING || graph.is_in_memory(tip) {
        return;
    }
    let mut page = memo.page(id);
    for &(position, slot) in &touches.present {
        if let Touch::At { commit, .. } = touches.answers[position as usize].0 {
            let path = paths.all()[position as usize].as_bytes().to_vec();
            page.insert(path, Kept { commit: commit.0, slot });
        }
    }
    memo.keep(id, &page);
}

/// The paths whose last touch is needed.
fn dated_paths(query: &Query) -> impl Iterator<Item = &RepoPath> {
    query.touched.iter().chain(query.moved.iter().map(|moved| &moved.since))
}

pub(super) fn position(paths: &Paths<'_>, path: &RepoPath) -> u32 {
    paths.position(path).expect("every path of the query was taken in")
}
