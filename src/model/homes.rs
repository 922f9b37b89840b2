use std::collections::HashMap;

use super::Model;

/// Models by their folders: whose is a path?
#[derive(Debug)]
pub struct Homes<'a>(HashMap<&'a [u8], Vec<usize>>);

impl<'a> Homes<'a> {
    /// The folders of some models.
    pub fn new(models: &'a [Model]) -> Homes<'a> {
        let mut folders: HashMap<&[u8], Vec<usize>> = HashMap::new();
        for (at, model) in models.iter().enumerate() {
            folders.entry(model.path.as_bytes()).or_default().push(at);
        }
        Homes(folders)
    }

    /// The model that a path belongs to, by its place among all: the one with the deepest folder that is the path or
    /// holds it, and of several with that folder the last.
    pub fn of(&self, path: &[u8]) -> Option<usize> {
        self.folders(path).next()?.last().copied()
    }

    /// All models whose folder is the path or holds it, by their places among all, in order.
    pub fn holding(&self, path: &[u8]) -> Vec<usize> {
        let mut all: Vec<usize> = self.folders(path).flatten().copied().collect();
        all.sort_unstable();
        all
    }

    /// The models of each such folder, the deepest first.
    fn folders(&self, path: &[u8]) -> impl Iterator<Item = &Vec<usize>> {
        let above = |at: &[u8]| memchr::memrchr(b'/', at).unwrap_or(0);
        let next = move |at: &usize| (*at > 0).then(|| above(&path[..*at]));
        std::iter::successors(Some(path.len()), next).filter_map(|end| self.0.get(&path[..end]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::RepoPath;

    #[test]
    fn paths_are_at_home_in_the_deepest_folder() {
        let model = |path: &&str| Model::plain(path.to_string(), RepoPath::from_git(path.as_bytes()));
        for folders in [&["a", "a/b", "a/b/c", "ab"][..], &["", "a/b", "a/b"], &[]] {
            let models: Vec<Model> = folders.iter().map(model).collect();
            let homes = Homes::new(&models);
            for path in ["", "a", "ab", "abc", "a/b", "a/bc", "a/b/x", "a/b/c/d/e", "x/a/b", "b"] {
                let holds = |at: &usize| models[*at].path.contains(path.as_bytes());
                let holding: Vec<usize> = (0..models.len()).filter(holds).collect();
                let deepest = holding.iter().copied().max_by_key(|at| folders[*at].len());
                assert_eq!(
                    (homes.of(path.as_bytes()), homes.holding(path.as_bytes())),
                    (deepest, holding),
                    "{path}"
                );
            }
        }
    }
}
