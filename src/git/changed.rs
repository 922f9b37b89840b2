//! Which paths differ between two commits.

use super::error::Error;
use super::id::CommitId;
use super::repo::Repo;
use super::trees::{self, Trees};
use crate::diag::RepoPath;

impl Repo {
    /// The paths of files, links and submodules whose content or mode differs between two
    /// commits, sorted by bytes; all paths of `to` when `from` is `None`. A path that only one of
    /// them has is among them. Folders that are the same in both are not read.
    ///
    /// # Errors
    /// [`ErrorKind::Unreadable`](super::ErrorKind::Unreadable),
    /// [`ErrorKind::Malformed`](super::ErrorKind::Malformed) or
    /// [`ErrorKind::TooLarge`](super::ErrorKind::TooLarge).
    pub fn changed_paths(&self, from: Option<CommitId>, to: CommitId) -> Result<Vec<RepoPath>, Error> {
        let store = self.store()?;
        let trees = Trees::new(&store);
        let from = from.map(|from| store.tree_of(from)).transpose()?;
        let mut stack = vec![(Vec::new(), 1, from, Some(store.tree_of(to)?))];
        let mut out = Vec::new();
        while let Some((dir, depth, a, b)) = stack.pop() {
            if a == b {
                continue;
            }
            trees::check_depth(depth, &dir)?;
            for (name, [a, b]) in trees::together(&[trees.read(a)?, trees.read(b)?]) {
                if a == b {
                    continue;
                }
                let path = trees::join(&dir, name);
                if trees::file(a) != trees::file(b) {
                    out.push(RepoPath::from_git(&path));
                }
                stack.push((path, depth + 1, trees::folder(a), trees::folder(b)));
            }
        }
        out.sort_unstable();
        Ok(out)
    }
}
