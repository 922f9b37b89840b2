//! Many patterns over many paths: most paths match none of them, and that must cost little.

use globset::{Candidate, GlobMatcher};
use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::clauses::{clauses, endings};
use super::literals::{Literals, Pairs};
use super::names::{build, fold_byte, fold_onto, fold_path};

/// What [`fold_byte`] makes of each byte.
const FOLDED: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = fold_byte(byte as u8);
        byte += 1;
    }
    table
};

/// Patterns, each compiled when the first path comes that may match it.
#[derive(Debug)]
pub(super) struct Patterns {
    patterns: Vec<Lazy>,
    /// The literals without which no pattern matches, put together when the first path comes. The first table is
    /// for paths of every other ending than those in `by_ending`, and holds the patterns whose paths may end in
    /// anything; each further one holds these too.
    tables: Vec<Table>,
    /// The table for paths that end in a dot and this.
    by_ending: BTreeMap<Vec<u8>, usize>,
    /// Patterns that no literal is known of.
    always: Vec<usize>,
}

/// Patterns of paths that end alike, and their literals.
#[derive(Default, Debug)]
struct Table {
    members: Vec<usize>,
    literals: OnceLock<Literals>,
}

/// A pattern that is compiled when the first path comes that may match it.
#[derive(Debug)]
pub(super) struct Lazy {
    /// Anchored.
    text: String,
    /// A path that matches holds one of these literals, which are found least often.
    rarest: Option<Vec<String>>,
    /// And a literal of each of these, once that is asked. What an ending says is left to the tables.
    others: OnceLock<Vec<Vec<String>>>,
    /// `None` inside when it does not compile.
    matcher: OnceLock<Option<GlobMatcher>>,
}

impl Patterns {
    /// [Anchored](super::names::anchored) patterns, numbered in their order. One that does not compile matches
    /// nothing.
    pub(super) fn new(patterns: Vec<String>) -> Patterns {
        let patterns: Vec<Lazy> = patterns.into_iter().map(Lazy::new).collect();
        let ends: Vec<Option<Vec<String>>> = patterns.iter().map(|p| endings(&p.text)).collect();
        let mut by_ending: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
        for ending in ends.iter().flatten().flatten() {
            let next = by_ending.len() + 1;
            by_ending.entry(ending.as_bytes().to_vec()).or_insert(next);
        }
        let mut tables: Vec<Table> = (0..=by_ending.len()).map(|_| Table::default()).collect();
        let mut always = Vec::new();
        for (index, (pattern, ends)) in patterns.iter().zip(&ends).enumerate() {
            match (pattern.rarest(), ends) {
                (None, _) => always.push(index),
                (Some(_), None) => tables[0].members.push(index),
                (Some(_), Some(ends)) => {
                    for ending in ends {
                        tables[by_ending[ending.as_bytes()]].members.push(index);
                    }
                }
            }
        }
        Patterns { patterns, tables, by_ending, always }
    }

    fn literals(&self, table: usize) -> &Literals {
        self.tables[table].literals.get_or_init(|| {
            let mut literals = Literals::new();
            let own = if table == 0 { &[][..] } else { &self.tables[table].members };
            for &index in own.iter().chain(&self.tables[0].members) {
                literals.add(self.patterns[index].rarest().unwrap_or_default(), index);
            }
            literals
        })
    }

    /// A matcher for many paths, best in sorted order.
    pub(super) fn scanner(&self) -> Scanner<'_> {
        Scanner {
            patterns: self,
            folder: Vec::new(),
            folded: Vec::new(),
            folder_end: 0,
            endings: Endings::default(),
            hits: vec![None; self.tables.len()],
            found: Vec::new(),
        }
    }
}

/// Matches one path after the other. Paths of one folder share what its name says.
#[derive(Debug)]
pub(super) struct Scanner<'p> {
    patterns: &'p Patterns,
    /// The folder of the last path, its final slash included, as written.
    folder: Vec<u8>,
    /// The last path, folded, and how long its folder is there.
    folded: Vec<u8>,
    folder_end: usize,
    endings: Endings,
    /// For each table, what the folder's name says, once it was looked for.
    hits: Vec<Option<InFolder<'p>>>,
    found: Vec<usize>,
}

/// The tables of the endings that came last: the files of a folder have few.
#[derive(Debug)]
struct Endings([(u64, usize); Endings::SLOTS]);

impl Default for Endings {
    fn default() -> Endings {
        // No ending that tables know: it is not UTF-8.
        Endings([(u64::MAX, 0); Endings::SLOTS])
    }
}

impl Endings {
    const SLOTS: usize = 16;

    fn table(&mut self, ending: &[u8], tables: &BTreeMap<Vec<u8>, usize>) -> usize {
        let find = || tables.get(ending).copied().unwrap_or(0);
        let mut bytes = [0; 8];
        let Some(start) = bytes.get_mut(..ending.len()) else { return find() };
        start.copy_from_slice(ending);
        // No path holds a zero, so that short endings differ.
        let key = u64::from_le_bytes(bytes);
        let slot = &mut self.0[(key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 60) as usize % Endings::SLOTS];
        if slot.0 != key {
            *slot = (key, find());
        }
        slot.1
    }
}

/// What the name of a folder says of the paths in it.
#[derive(Clone, Debug)]
struct InFolder<'p> {
    /// The patterns of literals in it.
    found: Vec<usize>,
    /// Patterns of literals that end in a name which begins so.
    going_on: Vec<(&'p [u8], usize)>,
}

impl Scanner<'_> {
    /// The numbers of the patterns that match a path, sorted, each once.
    pub(super) fn matching(&mut self, path: &[u8]) -> &[usize] {
        let Patterns { patterns, by_ending, always, .. } = self.patterns;
        if !path.strip_prefix(&self.folder[..]).is_some_and(|name| self.fold_name(name)) {
            let cut = path.iter().rposition(|&b| b == b'/').map_or(0, |slash| slash + 1);
            self.folder = path[..cut].to_vec();
            self.folded = fold_path(&self.folder);
            self.folder_end = self.folded.len();
            self.hits.fill(None);
            self.fold_name(&path[cut..]);
        }
        let cut = self.folder_end;
        let folded = &self.folded;
        let table = match folded.iter().rposition(|&b| b == b'.').map(|dot| &folded[dot + 1..]) {
            None => 0,
            Some(ending) => self.endings.table(ending, by_ending),
        };
        let literals = self.patterns.literals(table);
        let folder = self.hits[table].get_or_insert_with(|| {
            let mut found = Vec::new();
            literals.find(&folded[..cut], &mut found);
            InFolder { found, going_on: literals.going_on(&folded[..cut]) }
        });
        let name = &folded[cut..];
        self.found.clear();
        self.found.extend(always);
        self.found.extend(&folder.found);
        self.found
            .extend(folder.going_on.iter().filter(|(start, _)| name.starts_with(start)).map(|(_, p)| *p));
        literals.find(name, &mut self.found);
        if self.found.is_empty() {
            return &self.found;
        }
        self.found.sort_unstable();
        self.found.dedup();
        let pairs: Pairs = Pairs::of(folded);
        self.found.retain(|&index| patterns[index].is_possible(folded, &pairs));
        if !self.found.is_empty() {
            let path = Candidate::from_bytes(folded);
            self.found.retain(|&index| patterns[index].matches(&path));
        }
        &self.found
    }

    /// Puts a name behind the folder; false when it is no name, but goes on into another folder.
    fn fold_name(&mut self, name: &[u8]) -> bool {
        let (mut slash, mut ascii) = (false, true);
        self.folded.truncate(self.folder_end);
        self.folded.extend(name.iter().map(|&byte| {
            slash |= byte == b'/';
            ascii &= byte.is_ascii();
            FOLDED[usize::from(byte)]
        }));
        if !ascii {
            self.folded.truncate(self.folder_end);
            fold_onto(&mut self.folded, name);
        }
        !slash
    }
}

impl Lazy {
    /// An [anchored](super::names::anchored) pattern. One that does not compile matches nothing.
    pub(super) fn new(text: String) -> Lazy {
        let mut all = clauses(&text).unwrap_or_default();
        let rarest = rarest(&all).map(|at| owned(&all.swap_remove(at)));
        Lazy { text, rarest, others: OnceLock::new(), matcher: OnceLock::new() }
    }

    fn others(&self) -> &[Vec<String>] {
        self.others.get_or_init(|| {
            let mut others = clauses(&self.text).unwrap_or_default();
            rarest(&others).map(|at| others.remove(at));
            if let Some(ends) = endings(&self.text) {
                let said = |literal: &&str| ends.iter().any(|end| literal.trim_start_matches('.') == end);
                others.retain(|clause| !clause.iter().all(said));
            }
            others.iter().map(|clause| owned(clause)).collect()
        })
    }

    /// The literals to look for; each is two bytes long or longer.
    fn rarest(&self) -> Option<&[String]> {
        self.rarest.as_deref()
    }

    /// False when a clause shows that a path with one of the rarest literals does not match; much
    /// cheaper than to match.
    fn is_possible<const N: usize>(&self, path: &[u8], pairs: &Pairs<N>) -> bool {
        self.others().iter().all(|clause| clause.iter().any(|literal| holds(path, pairs, literal)))
    }

    /// False when a literal that is not there shows that a path does not match.
    pub(super) fn may_match<const N: usize>(&self, path: &[u8], pairs: &Pairs<N>) -> bool {
        let rarest = |clause: &Vec<String>| clause.iter().any(|literal| holds(path, pairs, literal));
        self.rarest.as_ref().is_none_or(rarest) && self.is_possible(path, pairs)
    }

    /// True when it matches.
    pub(super) fn matches(&self, path: &Candidate<'_>) -> bool {
        let matcher = self.matcher.get_or_init(|| build(&self.text).ok().map(|glob| glob.compile_matcher()));
        matcher.as_ref().is_some_and(|matcher| matcher.is_match_candidate(path))
    }
}

/// Which clause has the literals that are found least often. One byte stands in nearly every path.
fn rarest(clauses: &[Vec<&str>]) -> Option<usize> {
    let shortest = |clause: &[&str]| clause.iter().map(|literal| literal.len()).min().unwrap_or(0);
    let best = clauses.iter().enumerate().max_by_key(|(_, clause)| shortest(clause)).map(|(at, _)| at);
    best.filter(|&at| shortest(&clauses[at]) >= 2)
}

fn owned(clause: &[&str]) -> Vec<String> {
    clause.iter().map(ToString::to_string).collect()
}

/// True when a path, with these pairs of bytes, holds a literal.
fn holds<const N: usize>(path: &[u8], pairs: &Pairs<N>, literal: &str) -> bool {
    let literal = literal.as_bytes();
    let [first, second, rest @ ..] = literal else { return literal.iter().all(|byte| path.contains(byte)) };
    let starts =
        |at: usize| path[at] == *first && path[at + 1] == *second && path[at + 2..].starts_with(rest);
    pairs.may_hold(literal) && (1..path.len()).any(|end| starts(end - 1))
}

#[cfg(test)]
mod tests {
    use super::super::names::{anchored, fold_path, glob};
    use super::*;
    use globset::{Glob, GlobSetBuilder};
    use proptest::prelude::*;

    fn needs(pattern: &str) -> Option<Vec<String>> {
        Lazy::new(anchored(pattern).unwrap()).rarest().map(<[String]>::to_vec)
    }

    #[test]
    fn the_longest_literals_are_chosen() {
        for (pattern, expected) in [
            ("OWNER.{toml,yaml}", Some(vec!["owner."])),
            ("*dpia*.{md,txt}", Some(vec!["dpia"])),
            ("{runbooks,playbooks}/**/*.md", Some(vec!["runbooks", "playbooks"])),
            ("docs/*.md", Some(vec!["docs"])),
            ("{ab,cd{ef,gh}}*", Some(vec!["ab", "cd"])),
            ("*.{md,}", None),
            ("**/*", None),
            ("{*,x}", None),
            ("[ab]cde", Some(vec!["cde"])),
            ("ab[!]x]cde", Some(vec!["cde"])),
            ("*gu[ií]a*opera*.md", Some(vec!["opera"])),
            ("{[ab],x}cd", None),
        ] {
            let expected = expected.map(|all| all.into_iter().map(String::from).collect::<Vec<_>>());
            assert_eq!(needs(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn the_patterns_that_come_with_the_program_each_have_a_literal() {
        let mut count = 0;
        for line in super::super::builtin::file("core.toml").unwrap().text().lines() {
            let Some((_, list)) = line.split_once("files = [") else { continue };
            for pattern in list.split('"').skip(1).step_by(2) {
                count += 1;
                let shortest = needs(pattern).unwrap_or_default().iter().map(String::len).min();
                assert!(shortest >= Some(3), "{pattern}");
            }
        }
        assert!(count > 20, "{count}");
    }

    #[test]
    fn letters_of_all_scripts_are_folded() {
        let patterns = ["*überwachung*.md", "docs/*ΕΚΤΙΜΗΣΗ*", "/Dérive.md"];
        let patterns = Patterns::new(patterns.iter().map(|p| anchored(p).unwrap()).collect());
        let mut scanner = patterns.scanner();
        for (path, expected) in [
            ("models/ÜBERWACHUNG_Churn.md", vec![0]),
            ("Übersicht/U\u{308}berwachung.md", vec![0]),
            ("Übersicht/x.md", vec![]),
            ("Docs/εκτίμηση.md", vec![]),
            ("Docs/εκτιμησησ.md", vec![1]),
            ("De\u{301}rive.MD", vec![2]),
        ] {
            assert_eq!(scanner.matching(path.as_bytes()), expected, "{path}");
        }
        assert!(scanner.matching(b"docs/\xdcberwachung.md").is_empty());
    }

    #[test]
    fn no_patterns_match_nothing() {
        assert!(Patterns::new(Vec::new()).scanner().matching(b"a/b").is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// What a plain set of globs finds, for patterns of every kind.
        #[test]
        fn finds_what_plain_globs_find(
            patterns in prop::collection::vec("(/?)([ab.*?,/-]|\\*\\*/|/\\*\\*|\\{[ab*,/]{0,4}\\}|\\{a,\\{b\\.,\\*\\}\\}|\\[[!^]?[]]?[!ab.-]{1,2}\\]|\\\\[ab*]){0,8}", 1..8),
            paths in prop::collection::vec("[abAB._/-]{0,10}", 1..20),
        ) {
            let globs: Vec<(usize, Glob)> =
                patterns.iter().enumerate().filter_map(|(at, p)| Some((at, glob(p).ok()?))).collect();
            let mut builder = GlobSetBuilder::new();
            for (_, glob) in &globs {
                builder.add(glob.clone());
            }
            let all = patterns.iter().filter_map(|p| anchored(p)).collect();
            let (plain, ours) = (builder.build().unwrap(), Patterns::new(all));
            let mut scanner = ours.scanner();
            // No path of Git ends in `..`, and a plain glob sees no name there.
            for path in paths.iter().filter(|path| path.rsplit('/').next() != Some("..")) {
                let found = scanner.matching(path.as_bytes()).to_vec();
                let path = fold_path(path.as_bytes());
                let expected = plain.matches_candidate(&Candidate::from_bytes(&path));
                let mut expected: Vec<usize> = expected.into_iter().map(|at| globs[at].0).collect();
                expected.sort_unstable();
                expected.dedup();
                prop_assert_eq!(found, expected, "{:?}", String::from_utf8_lossy(&path));
            }
        }
    }
}
