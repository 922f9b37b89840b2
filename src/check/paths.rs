//! Paths that the evidence names exist.

use super::{Context, Outcome, Problem, due, words};
use crate::diag::{Note, RepoPath};
use crate::evidence::Fact;
use crate::policy::At;
use crate::verdict::Location;

/// Endings of files that people commit. Data, models and logs are often made and never committed.
const COMMITTED: [&str; 22] = [
    "py", "sh", "sql", "r", "ipynb", "yml", "yaml", "toml", "md", "rst", "scala", "java", "go", "rs", "tf",
    "js", "ts", "cfg", "ini", "ps1", "jl", "rb",
];

pub(super) fn run<'a>(c: &Context<'a>, facts: &'a [At<String>]) -> Outcome {
    let dead: Vec<&Fact> = c.facts(facts).filter(|fact| is_dead(c, fact)).collect();
    let Some(first) = dead.first() else {
        return if c.facts(facts).next().is_some() { Outcome::Holds } else { Outcome::NotAsked };
    };
    let mut names: Vec<&str> = dead.iter().map(|f| f.text.as_str()).collect();
    names.dedup();
    let shown: Vec<&str> = names.iter().take(3).copied().collect();
    let more = if names.len() > 3 { format!(" and {} more", names.len() - 3) } else { String::new() };
    let verb = if names.len() == 1 { "does" } else { "do" };
    let message =
        format!("{} names {}{more}, which {verb} not exist in the repository", c.file(), words::and(&shown));
    let mut problem = Problem::new(message, Location::Text(first.span)).label("no such path");
    problem.related =
        dead[1..].iter().take(4).map(|f| Note { span: f.span, text: "no such path".to_string() }).collect();
    Outcome::Fails(vec![problem])
}

/// True when a text is surely a path of this repository and nothing is there: its first folder
/// exists, its ending is one that people commit.
fn is_dead(c: &Context<'_>, fact: &Fact) -> bool {
    let text = fact.text.trim().trim_start_matches("./").trim_end_matches(['.', ',', ';', ':', ')']);
    let text = text.split(['#', ':']).next().unwrap_or(text);
    let odd = text.contains(['*', '<', '>', '{', '}', '$', '~', '%', '\\', ' '])
        || text.contains("..")
        || text.starts_with('/');
    let Some((folder, _)) = text.split_once('/') else { return false };
    let ending = text.rsplit('.').next().unwrap_or("").to_lowercase();
    if odd || !COMMITTED.contains(&ending.as_str()) {
        return false;
    }
    let beside = |path: &RepoPath| {
        let home = c
            .evidence
            .candidate_of(fact.span.source)
            .and_then(|e| e.path.parent())
            .unwrap_or_else(RepoPath::root);
        let near = home.join(path.as_bytes());
        c.snapshot.get(near.as_bytes()).is_some() || c.snapshot.has_dir(near.as_bytes())
    };
    let Some(path) = RepoPath::parse(text) else { return false };
    let known = c.snapshot.has_dir(folder.as_bytes())
        || c.snapshot.has_dir(c.model.path.join(folder.as_bytes()).as_bytes());
    known && due::in_tree(text, c.model, c.snapshot).is_none() && !beside(&path)
}
