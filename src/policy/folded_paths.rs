//! Many paths as patterns see them, folded once and laid side by side: a hundred thousand of them, each with
//! buffers of its own, take longer to make than to match.

use super::globs::{ByEnding, Folded, Globs, Quick, Word, ending, folders};
use super::literals::Pairs;
use super::names::{fold_onto, fold_path};

/// Paths as patterns see them. What a folder or an ending says is asked once for many of them.
#[derive(Debug)]
pub struct FoldedPaths {
    /// All paths, folded, one behind the other.
    text: Vec<u8>,
    paths: Vec<Record>,
    /// The names of each folder, and of those that it lies in.
    folders: Vec<Vec<Word>>,
    /// Some may be there more than once.
    endings: Vec<Option<Word>>,
}

/// One path.
#[derive(Debug)]
struct Record {
    /// Where it ends in the text; it begins where the one before ends.
    end: usize,
    /// Its place among the folders, and that of its ending among the endings.
    folder: u32,
    ending: u32,
    pairs: Pairs<4>,
}

/// Among so many of the endings that came last a path's is looked for.
const LOOKED_AT: usize = 16;

impl FoldedPaths {
    /// Paths, as they are written; best in sorted order.
    pub fn new<'p>(paths: impl ExactSizeIterator<Item = &'p [u8]>) -> FoldedPaths {
        let (text, folders, endings) = (Vec::with_capacity(paths.len() * 32), Vec::new(), Vec::new());
        let mut all = FoldedPaths { text, paths: Vec::with_capacity(paths.len()), folders, endings };
        let mut last = None;
        for path in paths {
            all.push(path, &mut last);
        }
        all
    }

    fn push<'p>(&mut self, path: &'p [u8], last: &mut Option<InFolder<'p>>) {
        let start = self.text.len();
        let cut = path.iter().rposition(|&b| b == b'/').map_or(0, |slash| slash + 1);
        let pairs = if path.is_ascii() {
            if last.as_ref().is_none_or(|last| last.folder != &path[..cut]) {
                *last = Some(InFolder::new(&path[..cut]));
                self.put_folder(folders(&last.as_ref().expect("it was just made").folded));
            }
            let InFolder { folded, pairs, .. } = last.as_ref().expect("it was made at the latest just now");
            self.text.extend_from_slice(folded);
            fold_onto(&mut self.text, &path[cut..]);
            let mut pairs = *pairs;
            pairs.add(&self.text[start + folded.len().saturating_sub(1)..]);
            pairs
        } else {
            // Its pieces may be folded otherwise than it is as a whole.
            let whole = Folded::new(path);
            *last = None;
            self.put_folder(whole.folders);
            self.text.extend_from_slice(&whole.path);
            whole.pairs
        };
        let ending = self.put_ending(ending(&self.text[start..]));
        self.paths.push(Record {
            end: self.text.len(),
            folder: number(self.folders.len() - 1),
            ending,
            pairs,
        });
    }

    fn put_folder(&mut self, folder: Vec<Word>) {
        if self.folders.last() != Some(&folder) {
            self.folders.push(folder);
        }
    }

    fn put_ending(&mut self, ending: Option<Word>) -> u32 {
        // The files of a folder have few, which come over and over.
        let newest = self.endings.len().saturating_sub(LOOKED_AT);
        let known = self.endings[newest..].iter().position(|known| *known == ending);
        number(known.map_or_else(
            || {
                self.endings.push(ending);
                self.endings.len() - 1
            },
            |at| newest + at,
        ))
    }

    /// The places of the paths that patterns take, in order, but for those that others take.
    pub fn taken<'a>(&'a self, takes: &'a Globs, except: &'a Globs) -> impl Iterator<Item = usize> + 'a {
        let (mut takes, mut except) = (Asking::new(self, takes), Asking::new(self, except));
        (0..self.paths.len()).filter(move |&at| takes.takes(at) && !except.takes(at))
    }

    fn text(&self, at: usize) -> &[u8] {
        let start = at.checked_sub(1).map_or(0, |before| self.paths[before].end);
        &self.text[start..self.paths[at].end]
    }
}

fn number(place: usize) -> u32 {
    u32::try_from(place).expect("fewer than 2^32 paths fit in memory")
}

/// The folder of a path.
struct InFolder<'p> {
    /// As it is written, its slash included.
    folder: &'p [u8],
    folded: Vec<u8>,
    pairs: Pairs<4>,
}

impl InFolder<'_> {
    fn new(folder: &[u8]) -> InFolder<'_> {
        let folded = fold_path(folder);
        let pairs = Pairs::of(&folded);
        InFolder { folder, folded, pairs }
    }
}

/// Patterns over paths, one after the other.
struct Asking<'a> {
    paths: &'a FoldedPaths,
    /// The patterns, and what they say of each ending; `None` when there are none.
    quick: Option<(&'a Quick, Vec<ByEnding>)>,
    /// The last folder, and whether it is taken.
    folder: Option<(u32, bool)>,
}

impl<'a> Asking<'a> {
    fn new(paths: &'a FoldedPaths, globs: &'a Globs) -> Asking<'a> {
        let by_ending = |quick: &Quick| paths.endings.iter().map(|e| quick.by_ending(e.as_ref())).collect();
        Asking { paths, quick: globs.quick().map(|quick| (quick, by_ending(quick))), folder: None }
    }

    fn takes(&mut self, at: usize) -> bool {
        let Some((quick, by_ending)) = &self.quick else { return false };
        let path = &self.paths.paths[at];
        let says = by_ending[path.ending as usize];
        if says == ByEnding::Taken {
            return true;
        }
        let folder = match self.folder {
            Some((known, taken)) if known == path.folder => taken,
            _ => quick.by_folders(&self.paths.folders[path.folder as usize]),
        };
        self.folder = Some((path.folder, folder));
        folder || says == ByEnding::Possible && quick.takes_otherwise(self.paths.text(at), &path.pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::super::globs::tests::globs;
    use super::*;
    use proptest::prelude::*;

    fn taken(takes: &Globs, except: &Globs, paths: &[&[u8]]) -> Vec<usize> {
        let all = FoldedPaths::new(paths.iter().copied());
        let found: Vec<usize> = all.taken(takes, except).collect();
        let good = |at: &usize| {
            let path = Folded::new(paths[*at]);
            takes.takes(&path) && !except.takes(&path)
        };
        assert_eq!(found, (0..paths.len()).filter(good).collect::<Vec<_>>());
        found
    }

    #[test]
    fn paths_of_all_scripts_are_folded_as_one_alone_is() {
        let [by_ending, otherwise, folder] =
            ["*.PY", "src/*überwach*", "Entwürfe/**"].map(|pattern| globs(&[pattern.to_string()]));
        let paths: [&[u8]; 8] = [
            b"Train_Model.py",
            "Entwürfe/a.py".as_bytes(),
            "Entwu\u{308}rfe/b".as_bytes(),
            "Entwürfe/tief/c.py".as_bytes(),
            b"Entw\xfcrfe/\xc3\xbc.py",
            b"src/a.b/c",
            "src/ÜBERWACHUNG.py".as_bytes(),
            "src/U\u{308}berwachung".as_bytes(),
        ];
        let none = Globs::none();
        assert_eq!(taken(&by_ending, &none, &paths), [0, 1, 3, 4, 6]);
        assert_eq!(taken(&by_ending, &folder, &paths), [0, 4, 6]);
        assert_eq!(taken(&folder, &none, &paths), [1, 2, 3]);
        assert_eq!(taken(&otherwise, &by_ending, &paths), [7]);
        assert!(taken(&none, &none, &paths).is_empty());
        assert!(taken(&by_ending, &none, &[]).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        /// As of each alone, in any order.
        #[test]
        fn many_at_once_are_taken_as_each_alone_is(
            patterns in prop::collection::vec("[ab.]{1,3}/\\*\\*|\\*\\.([abé]|[ab]{7,10})|([ab.*?,/é_-]|\\*\\*/|\\{[ab*.,]{0,4}\\}){0,6}", 0..4),
            others in prop::collection::vec("[ab.]{1,3}/\\*\\*|\\*\\.([ab]|[ab]{7,10})|([ab.*?/é_-]|\\*\\*/){0,6}", 0..3),
            paths in prop::collection::vec(prop::collection::vec(prop::sample::select(b"abAB._-/\xc3\xa9\xcc".to_vec()), 1..12), 1..20),
        ) {
            let paths: Vec<&[u8]> = paths.iter().map(Vec::as_slice).collect();
            let (globs, others) = (globs(&patterns), globs(&others));
            taken(&globs, &others, &paths);
            taken(&others, &globs, &paths);
        }
    }
}
