//! Markdown files of this project, cut into the pieces that tests look at.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// All Markdown files for readers, relative to the project: those at the top and under `docs/`.
pub(crate) fn files() -> Vec<String> {
    let mut out = Vec::new();
    for folder in ["", "docs/"] {
        let entries = std::fs::read_dir(path(folder)).expect("the project can be read");
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        out.extend(names.filter(|name| name.ends_with(".md")).map(|name| format!("{folder}{name}")));
    }
    out.sort();
    assert!(out.len() >= 14, "{out:?}");
    out
}

/// Whether a name is written as tests are named in the guides: `trust::a_waiver_counts_once_it_is_on_production`.
pub(crate) fn looks_like_test(name: &str) -> bool {
    name.split_once("::").is_some_and(|(file, test)| {
        [file, test].iter().all(|part| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        })
    })
}

/// Whether `file::test` is a test in `tests/suite/file.rs`.
pub(crate) fn is_test(name: &str) -> bool {
    let Some((file, test)) = name.split_once("::") else { return false };
    let Ok(text) = std::fs::read_to_string(path(&format!("tests/suite/{file}.rs"))) else { return false };
    let text = text.replace("\r\n", "\n");
    text.match_indices(&format!("\nfn {test}() {{")).any(|(at, _)| {
        let above = text[..at].rsplit("\n\n").next().unwrap_or_default();
        above.contains("#[test]")
    })
}

/// A path in the project.
pub(crate) fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

/// A file's text.
#[track_caller]
pub(crate) fn read(relative: &str) -> String {
    std::fs::read_to_string(path(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
}

/// A fenced block.
#[derive(Debug)]
pub(crate) struct Block {
    /// The word behind the fence.
    pub(crate) language: String,
    /// What the comment on the line before the fence says.
    pub(crate) mark: Option<String>,
    /// The lines inside.
    pub(crate) text: String,
    /// The fence's line, from 1.
    pub(crate) line: usize,
}

/// What a mark consists of: `in PLACE: WHAT, refused: MESSAGE`, of which each part may be left out.
pub(crate) struct Mark<'m> {
    /// Where a page starts anew.
    pub(crate) place: Option<&'m str>,
    /// What the block is: `pack`, `file OWNER.toml`, `go on`.
    pub(crate) what: &'m str,
    /// What is said about the mistake in it.
    pub(crate) refused: Option<&'m str>,
}

impl Mark<'_> {
    /// The parts of a mark.
    pub(crate) fn of(mark: &str) -> Mark<'_> {
        let (rest, refused) =
            mark.split_once(", refused: ").map_or((mark, None), |(rest, m)| (rest, Some(m)));
        let Some(placed) = rest.strip_prefix("in ") else { return Mark { place: None, what: rest, refused } };
        let (place, what) = placed.split_once(": ").unwrap_or((placed, ""));
        Mark { place: Some(place), what, refused }
    }

    /// The path that the block is written to.
    pub(crate) fn file(&self) -> Option<&str> {
        self.what.strip_prefix("file ")
    }
}

/// All fenced blocks, in order.
pub(crate) fn blocks(markdown: &str) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::new();
    let mut open = false;
    let mut before = "";
    for (index, line) in markdown.lines().enumerate() {
        match (line.strip_prefix("```"), open) {
            (Some(_), true) => open = false,
            (Some(language), false) => {
                open = true;
                let mark = before
                    .strip_prefix("<!-- ")
                    .and_then(|rest| rest.strip_suffix(" -->"))
                    .map(str::to_string);
                out.push(Block {
                    language: language.trim().to_string(),
                    mark,
                    text: String::new(),
                    line: index + 1,
                });
            }
            (None, true) => {
                let block = out.last_mut().expect("a block is open");
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, false) => {}
        }
        before = line;
    }
    out
}

/// The text without fenced blocks.
pub(crate) fn prose(markdown: &str) -> String {
    let mut open = false;
    let mut out = String::new();
    for line in markdown.lines() {
        if line.starts_with("```") {
            open = !open;
        } else if !open {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// What stands between two comments.
#[track_caller]
pub(crate) fn between<'m>(markdown: &'m str, name: &str) -> &'m str {
    let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let rest = markdown.split_once(&start).unwrap_or_else(|| panic!("there is no {start}")).1;
    rest.split_once(&end).unwrap_or_else(|| panic!("there is no {end}")).0
}

/// One test writes a file at a time.
static WRITING: Mutex<()> = Mutex::new(());

/// Compares what stands between two comments; with `ROADWORTHY_BLESS` set it is written anew.
#[track_caller]
pub(crate) fn generated(file: &str, name: &str, expected: &str) {
    let _writing = WRITING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let text = read(file);
    let actual = between(&text, name);
    if actual == expected {
        return;
    }
    if std::env::var_os("ROADWORTHY_BLESS").is_some() {
        let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
        let anew = text.replace(&format!("{start}{actual}{end}"), &format!("{start}{expected}{end}"));
        std::fs::write(path(file), anew).expect("the project can be written to");
        return;
    }
    panic!(
        "{file} is behind; `ROADWORTHY_BLESS=1 cargo test docs::` brings it up to date\n\nexpected:\n{expected}\nfound:\n{actual}"
    );
}

/// As [`generated`], for a whole page.
#[track_caller]
pub(crate) fn generated_page(file: &str, expected: &str) {
    let actual = std::fs::read_to_string(path(file)).unwrap_or_default();
    if actual != expected && std::env::var_os("ROADWORTHY_BLESS").is_some() {
        std::fs::write(path(file), expected).expect("the project can be written to");
        return;
    }
    assert!(
        actual == expected,
        "{file} is behind; `ROADWORTHY_BLESS=1 cargo test docs::` brings it up to date"
    );
}

/// The section under a heading, down to the next heading of any level.
#[track_caller]
pub(crate) fn section<'m>(markdown: &'m str, heading: &str) -> &'m str {
    let at =
        markdown.find(&format!("\n{heading}")).unwrap_or_else(|| panic!("there is no heading {heading}"));
    let body = markdown[at + 1..].split_once('\n').map_or("", |(_, body)| body);
    let mut fenced = false;
    let mut end = 0;
    for line in body.split_inclusive('\n') {
        fenced ^= line.starts_with("```");
        if line.starts_with('#') && !fenced {
            break;
        }
        end += line.len();
    }
    &body[..end]
}

/// The names in backticks in the first column of all tables of a text.
pub(crate) fn first_column(markdown: &str) -> BTreeSet<String> {
    let cells = markdown.lines().filter_map(|line| line.strip_prefix("| `"));
    cells
        .flat_map(|line| line.split('|').next().unwrap_or("").split('`').step_by(2).map(str::trim))
        .filter(|name| !name.is_empty() && *name != ",")
        .map(str::to_string)
        .collect()
}

/// The anchors that a forge makes of the headings.
pub(crate) fn anchors(markdown: &str) -> BTreeSet<String> {
    let prose = prose(markdown);
    let headings =
        prose.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let anchor = |heading: &str| {
        let kept = heading
            .to_lowercase()
            .chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
            .collect::<String>();
        kept.replace(' ', "-")
    };
    headings.map(anchor).collect()
}
