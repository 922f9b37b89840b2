//! Pairs of commits to be merged, that look random and are the same in every run.

use std::collections::BTreeMap;

use super::Sandbox;
use super::generated::Random;

/// Mode and bytes; for a submodule the name of its commit.
type File = (&'static str, Vec<u8>);
type State = BTreeMap<Vec<u8>, File>;

const PATHS: [&[u8]; 12] = [
    b"README.md",
    b"docs/a.md",
    b"docs/b.md",
    b"docs/deep/c.md",
    b"models/churn/card.md",
    b"models/churn/runbook.md",
    b"models/churn/src/train.py",
    b"models/fraud/card.md",
    b"models/fraud.md",
    b"na\xefve/r\xe9sum\xe9.txt",
    b"lib/x.py",
    b"lib/y.py",
];
const FOLDERS: [&[u8]; 5] = [b"docs", b"docs/deep", b"models/churn", b"models/fraud", b"lib"];

/// Two commits, by their marks.
pub(crate) struct Case {
    pub(crate) shape: &'static str,
    pub(crate) ours: usize,
    pub(crate) theirs: usize,
}

/// A `git fast-import` stream, and what is in it.
struct Writer {
    random: Random,
    out: Vec<u8>,
    states: Vec<State>,
    clock: i64,
}

impl Writer {
    fn commit(&mut self, parents: &[usize], state: State) -> usize {
        let mark = self.states.len() + 1;
        self.clock += 60;
        let skew =
            if self.random.one_in(4) { 5_000 - i64::try_from(self.random.below(10_000)).unwrap() } else { 0 };
        let head = format!(
            "commit refs/heads/c{mark}\nmark :{mark}\ncommitter C <c@corp.example> {} +0000\ndata 1\nx\n",
            self.clock + skew
        );
        self.out.extend_from_slice(head.as_bytes());
        for (at, parent) in parents.iter().enumerate() {
            let word = if at == 0 { "from" } else { "merge" };
            self.out.extend_from_slice(format!("{word} :{parent}\n").as_bytes());
        }
        self.out.extend_from_slice(b"deleteall\n");
        for (path, (mode, bytes)) in &state {
            let path = quoted(path);
            if *mode == "160000" {
                let id = String::from_utf8(bytes.clone()).unwrap();
                self.out.extend_from_slice(format!("M 160000 {id} {path}\n").as_bytes());
                continue;
            }
            self.out.extend_from_slice(format!("M {mode} inline {path}\ndata {}\n", bytes.len()).as_bytes());
            self.out.extend_from_slice(bytes);
            self.out.push(b'\n');
        }
        self.states.push(state);
        mark
    }

    fn state(&self, mark: usize) -> State {
        self.states[mark - 1].clone()
    }

    /// A commit with some random edits.
    fn child(&mut self, parent: usize, edits: u64) -> usize {
        let mut state = self.state(parent);
        for _ in 0..=self.random.below(edits) {
            edit(&mut self.random, &mut state);
        }
        self.commit(&[parent], state)
    }

    /// A merge as a person may have made it: all changes of the others, where paths fit together.
    fn join(&mut self, base: usize, parents: &[usize]) -> usize {
        let (base, mut state) = (self.state(base), self.state(parents[0]));
        for &other in &parents[1..] {
            let theirs = self.state(other);
            for path in base.keys().chain(theirs.keys()) {
                match theirs.get(path) {
                    file if file == base.get(path) => {}
                    Some(file) => put(&mut state, path, file.clone()),
                    None => drop(state.remove(path)),
                }
            }
        }
        self.commit(parents, state)
    }
}

fn quoted(path: &[u8]) -> String {
    let escaped: String = path.iter().map(|b| format!("\\{b:03o}")).collect();
    format!("\"{escaped}\"")
}

/// Puts a file somewhere, in place of whatever is in the way.
fn put(state: &mut State, path: &[u8], file: File) {
    let inside =
        |outer: &[u8], inner: &[u8]| inner.starts_with(outer) && inner.get(outer.len()) == Some(&b'/');
    state.retain(|other, _| !inside(other, path) && !inside(path, other));
    state.insert(path.to_vec(), file);
}

/// Text with lines that occur once and lines that occur often.
fn text(random: &mut Random, name: u64) -> Vec<u8> {
    let mut out = Vec::new();
    for line in 0..8 + random.below(12) {
        let text = match random.below(4) {
            0 => "\n".to_string(),
            1 => "    }\n".to_string(),
            _ => format!("line {line} of text {name}, as it was written first\n"),
        };
        out.extend_from_slice(text.as_bytes());
    }
    out
}

fn first_state(random: &mut Random) -> State {
    let mut state = State::new();
    for (at, path) in PATHS.iter().enumerate() {
        if !random.one_in(5) {
            let mode = if random.one_in(5) { "100755" } else { "100644" };
            let text = text(random, at as u64);
            put(&mut state, path, (mode, text));
        }
    }
    put(&mut state, b"data.bin", ("100644", b"\0binary\n1\n2\n3\n".to_vec()));
    put(&mut state, b"link", ("120000", b"README.md".to_vec()));
    put(&mut state, b"sub", ("160000", vec![b'1'; 40]));
    put(&mut state, b"empty", ("100644", Vec::new()));
    state
}

fn pick(random: &mut Random, state: &State) -> Option<Vec<u8>> {
    let count = state.len() as u64;
    (count > 0).then(|| state.keys().nth(usize::try_from(random.below(count)).unwrap()).unwrap().clone())
}

/// Changes, inserts or removes lines.
fn edit_lines(random: &mut Random, bytes: &mut Vec<u8>) {
    let mut lines: Vec<Vec<u8>> = bytes.split_inclusive(|&b| b == b'\n').map(<[u8]>::to_vec).collect();
    let at = usize::try_from(random.below(lines.len() as u64 + 1)).unwrap();
    let new = format!("edited {}\n", random.below(3)).into_bytes();
    match random.below(6) {
        0 if at < lines.len() => drop(lines.remove(at)),
        1 => lines.insert(at, new),
        2 if at < lines.len() => lines.insert(at, lines[at].clone()),
        3 if lines.last().is_some_and(|line| line.ends_with(b"\n")) => {
            lines.last_mut().unwrap().pop();
        }
        _ if at < lines.len() => lines[at] = new,
        _ => lines.push(b"    }\n".to_vec()),
    }
    *bytes = lines.concat();
}

/// Changes what stands at a path, whatever that is.
fn edit_one(random: &mut Random, (mode, bytes): &mut File) {
    match (*mode, bytes.contains(&0)) {
        ("160000", _) => *bytes = vec![b'2' + u8::try_from(random.below(2)).unwrap(); 40],
        ("120000", _) => *bytes = format!("to{}", random.below(2)).into_bytes(),
        (_, true) => *bytes = format!("\0{}\n1\n2\n3\n", random.below(2)).into_bytes(),
        _ => {
            for _ in 0..=random.below(3) {
                edit_lines(random, bytes);
            }
        }
    }
    if mode.starts_with("100") && random.one_in(4) {
        *mode = if *mode == "100644" { "100755" } else { "100644" };
    }
}

fn edit(random: &mut Random, state: &mut State) {
    let Some(path) = pick(random, state) else { return };
    let (mode, mut bytes) = state[&path].clone();
    match random.below(16) {
        0 => drop(state.remove(&path)),
        1 if mode == "100644" => drop(state.insert(path, ("100755", bytes))),
        1 if mode == "100755" => drop(state.insert(path, ("100644", bytes))),
        2 | 3 => {
            // To a name that it may have to share, with or without an edit.
            state.remove(&path);
            if random.one_in(2) && mode.starts_with("100") {
                edit_lines(random, &mut bytes);
            }
            let folder: &[u8] = if random.one_in(3) { b"moved" } else { b"models/churn" };
            let name = if random.one_in(2) {
                path.rsplit(|&b| b == b'/').next().unwrap().to_vec()
            } else {
                format!("new{}.md", random.below(3)).into_bytes()
            };
            put(state, &[folder, b"/", &name].concat(), (mode, bytes));
        }
        4 => {
            let from = FOLDERS[usize::try_from(random.below(5)).unwrap()];
            let to = format!("renamed{}", random.below(2));
            let moved: Vec<Vec<u8>> =
                state.keys().filter(|path| path.starts_with(&[from, b"/"].concat())).cloned().collect();
            for path in moved {
                let file = state.remove(&path).unwrap();
                put(state, &[to.as_bytes(), &path[from.len()..]].concat(), file);
            }
        }
        5 => {
            let place = FOLDERS[usize::try_from(random.below(5)).unwrap()];
            let name = format!("/added{}.md", random.below(2));
            let number = random.below(2);
            put(
                state,
                &[place, name.as_bytes()].concat(),
                ("100644", format!("added {number}\n").into_bytes()),
            );
        }
        6 => {
            // A file becomes a folder, or a folder a file.
            let place = [&path[..], b"/inside.md"].concat();
            let folder = FOLDERS[usize::try_from(random.below(5)).unwrap()];
            let place = if random.one_in(2) { &place[..] } else { folder };
            put(state, place, ("100644", format!("swapped {}\n", random.below(2)).into_bytes()));
        }
        7 => match random.below(4) {
            0 => put(state, b"link", ("120000", format!("to{}", random.below(3)).into_bytes())),
            1 => put(state, b"sub", ("160000", vec![b'2' + u8::try_from(random.below(3)).unwrap(); 40])),
            2 => {
                put(state, b"data.bin", ("100644", format!("\0{}\n1\n2\n3\n", random.below(3)).into_bytes()))
            }
            _ => put(state, &path, ("120000", b"elsewhere".to_vec())),
        },
        8 => {
            // What was deleted comes back.
            let path = PATHS[usize::try_from(random.below(12)).unwrap()];
            put(state, path, ("100644", format!("back again {}\n", random.below(2)).into_bytes()));
        }
        _ if mode.starts_with("100") => {
            edit_lines(random, &mut bytes);
            state.insert(path, (mode, bytes));
        }
        _ => {}
    }
}

fn case(writer: &mut Writer, root: usize) -> Case {
    let (shape, ours, theirs) = match writer.random.below(15) {
        0 => {
            let ours = writer.child(root, 4);
            let middle = writer.child(ours, 4);
            ("fast forward", ours, writer.child(middle, 4))
        }
        1 => {
            let theirs = writer.child(root, 4);
            let middle = writer.child(theirs, 4);
            ("nothing", writer.child(middle, 4), theirs)
        }
        2 | 3 => {
            let (a, b) = (writer.child(root, 3), writer.child(root, 3));
            let (left, right) = (writer.join(root, &[a, b]), writer.join(root, &[b, a]));
            ("criss-cross", writer.child(left, 3), writer.child(right, 3))
        }
        4 => {
            let [a, b, c] = [(); 3].map(|()| writer.child(root, 2));
            let joined = writer.join(root, &[a, b, c]);
            ("octopus", writer.child(joined, 3), writer.child(b, 3))
        }
        5 => {
            let [a, b, c] = [(); 3].map(|()| writer.child(root, 1));
            let (left, right) = (writer.join(root, &[a, b, c]), writer.join(root, &[c, b, a]));
            ("three bases", writer.child(left, 2), writer.child(right, 2))
        }
        6 | 7 => {
            // Evidence that production deleted and the change touches, or the other way round.
            let mut state = writer.state(root);
            let path = pick(&mut writer.random, &state).unwrap();
            state.remove(&path);
            let ours = writer.commit(&[root], state);
            let mut state = writer.state(root);
            if state[&path].0.starts_with("100") {
                edit_lines(&mut writer.random, &mut state.get_mut(&path).unwrap().1);
            }
            edit(&mut writer.random, &mut state);
            let theirs = writer.commit(&[root], state);
            if writer.random.one_in(2) { ("deleted", ours, theirs) } else { ("deleted", theirs, ours) }
        }
        8..=10 => {
            let path = pick(&mut writer.random, &writer.states[root - 1]).unwrap();
            let [ours, theirs] = [(); 2].map(|()| {
                let mut state = writer.state(root);
                edit_one(&mut writer.random, state.get_mut(&path).unwrap());
                if writer.random.one_in(2) {
                    edit(&mut writer.random, &mut state);
                }
                writer.commit(&[root], state)
            });
            ("same path", ours, theirs)
        }
        _ => ("plain", writer.child(root, 4), writer.child(root, 4)),
    };
    Case { shape, ours, theirs }
}

/// A repository with `count` cases, and the names of their commits by mark.
pub(crate) fn generate(seed: u64, count: usize) -> (Sandbox, Vec<Case>, Vec<String>) {
    let sandbox = Sandbox::new();
    let mut random = Random::new(seed);
    let states = vec![first_state(&mut random)];
    let mut writer = Writer { random, out: Vec::new(), states: Vec::new(), clock: 1_700_000_000 };
    writer.commit(&[], states.into_iter().next().unwrap());
    let mut cases = Vec::new();
    for _ in 0..count {
        // Another start every time, none of them related by its content to the others.
        let state = first_state(&mut writer.random);
        let root = writer.commit(&[1], state);
        cases.push(case(&mut writer, root));
    }
    let marks = sandbox.beside("marks");
    let export = format!("--export-marks={}", marks.display());
    sandbox.git_with(&["fast-import", "--quiet", "--force", &export], &writer.out);
    let mut names = vec![String::new(); writer.states.len() + 1];
    for line in std::fs::read_to_string(marks).unwrap().lines() {
        let (mark, name) = line.trim_start_matches(':').split_once(' ').unwrap();
        names[mark.parse::<usize>().unwrap()] = name.to_string();
    }
    (sandbox, cases, names)
}
