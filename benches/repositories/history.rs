//! A repository as a team leaves it after eighteen months.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::evidence::Evidence;
use super::stream::{Author, Commit, EPOCH, Numbers, Stream};

/// Commits of a history, side branches among them.
pub(crate) const COMMITS: usize = 2_000;
/// Seconds from one commit to the next.
const STEP: i64 = 23_673;
/// Where in the history the README was changed last.
const README_AT: usize = 1_000;

/// Somebody of the team, the two who answer for the model among them.
pub(crate) fn author(nth: usize) -> Author {
    const TEAM: [&str; 6] =
        ["Ada Lovelace", "Grace Hopper", "Dorothy Vaughan", "Annie Easley", "Joan Clarke", "Ida Rhodes"];
    let name = TEAM[nth % TEAM.len()];
    let first = name.split(' ').next().unwrap_or(name).to_lowercase();
    format!("{name} <{first}@corp.example>")
}

/// So many files of code and the evidence of one model.
pub(crate) fn history(
    stream: &mut Stream<&mut dyn Write>,
    files: &[Evidence],
    count: usize,
    code: fn(&str, usize) -> String,
) -> io::Result<()> {
    let mut final_at: BTreeMap<usize, Vec<&Evidence>> = BTreeMap::new();
    for file in files {
        let step = usize::try_from((file.time - EPOCH) / STEP).unwrap_or(0);
        let at = if file.path == "README.md" { README_AT } else { step.clamp(1, COMMITS - 1) };
        final_at.entry(at).or_default().push(file);
    }
    const FOLDERS: [&str; 8] = [
        "src/features",
        "src/warehouse",
        "src/scoring",
        "src/reports",
        "tests/features",
        "tests/scoring",
        "sql/views",
        "notebooks",
    ];
    let paths: Vec<String> = (0..count - files.len())
        .map(|nth| match FOLDERS[nth % FOLDERS.len()] {
            folder @ "sql/views" => format!("{folder}/view_{nth:03}.sql"),
            folder => format!("{folder}/part_{nth:03}.py"),
        })
        .collect();
    let mut first: Vec<(String, String)> = paths.iter().map(|path| (path.clone(), code(path, 0))).collect();
    first.extend(files.iter().map(|file| (file.path.clone(), draft(&file.text))));
    let mut numbers = Numbers(7);
    let mut head = 0;
    let mut side: Option<(u32, Vec<(String, String)>)> = None;
    for nth in 0..COMMITS {
        let mut changed: Vec<(String, String)> = match nth {
            0 => std::mem::take(&mut first),
            _ => (0..1 + numbers.below(3))
                .map(|_| &paths[numbers.below(paths.len())])
                .map(|path| (path.clone(), code(path, nth)))
                .collect(),
        };
        let mut by = author(numbers.below(6));
        if let Some(finals) = final_at.get(&nth) {
            changed.extend(finals.iter().map(|file| (file.path.clone(), file.text.clone())));
            by.clone_from(&finals[0].author);
        }
        let message = format!("Change number {nth}\n\nWhat was measured before, and what is better now.\n");
        let time = EPOCH + STEP * nth as i64;
        let mut commit = |parents: &[u32], files: &[(String, String)]| {
            stream.commit(&Commit { branch: "main", author: &by, time, message: &message, parents, files })
        };
        // A side branch of one commit now and then, merged two commits later.
        match (nth % 12, side.take()) {
            (3, _) => side = Some((commit(&[head], &changed)?, changed)),
            (5, Some((other, theirs))) => {
                changed.extend(theirs);
                head = commit(&[head, other], &changed)?;
            }
            (_, waiting) => {
                side = waiting;
                head = if nth == 0 { commit(&[], &changed)? } else { commit(&[head], &changed)? };
            }
        }
    }
    Ok(())
}

/// The upper half of a text, as somebody might begin it.
fn draft(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut draft = lines[..lines.len().div_ceil(2)].join("\n");
    draft.push('\n');
    draft
}

/// One commit of Ada's, a week before the judgement, on top of an empty one of Grace's.
pub(crate) fn write_one(stream: &mut Stream<&mut dyn Write>, files: &[(String, String)]) -> io::Result<()> {
    let time = EPOCH + STEP * (COMMITS as i64 - 25);
    let mut commit = |nth: usize, parents: &[u32], files: &[(String, String)]| {
        let message = "Put everything on file\n";
        stream.commit(&Commit { branch: "main", author: &author(nth), time, message, parents, files })
    };
    let first = commit(1, &[], &[])?;
    commit(0, &[first], files).map(drop)
}
