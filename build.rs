//! Embeds every file under `policies/` into the program, as one sorted table.
//!
//! A new rule, word list or recipe needs no line of Rust: the table is made from what lies there. Packs, which
//! every run reads, stand in the program as they are, and parsed; recipes, their reports and starters, which few commands
//! ask for, are one compressed archive. The vocabulary is also laid out so that a run reads only the lists that
//! it uses.

#[allow(dead_code, reason = "the program uses the rest")]
#[path = "src/policy/needs.rs"]
mod needs;
#[allow(dead_code, unreachable_pub, reason = "the program uses the rest")]
#[path = "src/words/plain.rs"]
mod plain;
#[path = "src/words/spelling.rs"]
mod spelling;
#[allow(dead_code, unreachable_pub, reason = "the program uses the rest")]
#[path = "src/words/term.rs"]
mod term;
#[allow(dead_code, unreachable_pub, unused_imports, reason = "the program uses the rest")]
#[path = "src/text/mod.rs"]
mod text;
#[allow(dead_code, reason = "the program uses the rest")]
#[path = "src/policy/tree.rs"]
mod tree;
#[path = "src/policy/tree_write.rs"]
mod tree_write;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

/// The kinds of files that a policies folder may hold.
const EXTENSIONS: [&str; 3] = ["toml", "txt", "md"];

fn main() -> ExitCode {
    let said = match embed() {
        // Cargo looks through a folder that is named here, at every depth.
        Ok(()) => [
            "policies",
            "build.rs",
            "src/words",
            "src/text",
            "src/policy/tree.rs",
            "src/policy/tree_write.rs",
        ]
        .map(|path| format!("cargo::rerun-if-changed={path}\n"))
        .concat(),
        Err(problem) => format!("cargo::rerun-if-changed=policies\ncargo::error={problem}\n"),
    };
    match io::stdout().write_all(said.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn embed() -> Result<(), String> {
    let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or("CARGO_MANIFEST_DIR is not set")?);
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    let mut paths = Vec::new();
    collect(&package.join("policies"), "", &mut paths)?;
    paths.sort();
    let write = |path: &Path, bytes: &[u8]| {
        fs::write(path, bytes).map_err(|error| format!("cannot write {}: {error}", path.display()))
    };
    let mut patterns = BTreeSet::new();
    for path in paths.iter().filter(|path| is_hot(path)) {
        let text = read(&package.join("policies").join(path))?;
        let table =
            toml::de::DeTable::parse(&text).map_err(|_| format!("policies/{path} is not valid TOML"))?;
        let tree = tree::of(table);
        write(&out.join(format!("{path}.tree")), &tree_write::write(&tree, &text))?;
        collect_patterns(&tree, false, &mut patterns);
    }
    let row = |pattern: &String| format!("    ({pattern:?}, {:?}),\n", needs::Needs::of(pattern).line());
    let rows: String = patterns.iter().map(row).collect();
    write(&out.join("needs.rs"), format!("&[\n{rows}]\n").as_bytes())?;
    let (table, archive) = table(&package, &paths)?;
    write(&out.join("embedded.rs"), table.as_bytes())?;
    write(&out.join("archive.bin"), &archive)?;
    let words = package.join("policies/words.toml");
    write(&out.join("vocabulary.rs"), vocabulary(&read(&words)?)?.as_bytes())
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// The keys whose values are regular expressions.
const PATTERN_KEYS: [&str; 16] = [
    "aliases",
    "dead",
    "each",
    "find",
    "holding",
    "holds",
    "if",
    "ignore",
    "lacks",
    "lines",
    "names",
    "references",
    "regex",
    "strings",
    "unless_after",
    "when",
];

/// Adds the strings below such keys. One that is no expression after all does no harm.
fn collect_patterns(node: &tree::Node<'_>, below: bool, patterns: &mut BTreeSet<String>) {
    match &node.value {
        tree::Toml::String(text) if below => {
            patterns.insert(text.to_string());
        }
        tree::Toml::Array(items) => items.iter().for_each(|item| collect_patterns(item, below, patterns)),
        tree::Toml::Table(entries) => {
            for entry in entries {
                collect_patterns(&entry.node, PATTERN_KEYS.contains(&&*entry.key), patterns);
            }
        }
        _ => {}
    }
}

/// The lists of `[words]`: their terms, and the spellings of these, one in a line.
fn vocabulary(text: &str) -> Result<String, String> {
    let wrong = || "policies/words.toml: `[words]` must hold lists of terms of one line each".to_owned();
    let file: toml::Table = text.parse().map_err(|_| "policies/words.toml is not valid TOML".to_owned())?;
    let lists = file.get("words").and_then(toml::Value::as_table).ok_or_else(wrong)?;
    let mut rust = String::from("&[\n");
    for (name, terms) in lists {
        let terms: Option<Vec<&str>> =
            terms.as_array().ok_or_else(wrong)?.iter().map(toml::Value::as_str).collect();
        let terms = terms.ok_or_else(wrong)?;
        if terms.iter().any(|term| term.contains('\n')) {
            return Err(wrong());
        }
        let spellings: Vec<String> =
            spelling::spellings(terms.iter().copied()).iter().map(spelling::Spelling::line).collect();
        let (terms, count, spellings) = (terms.join("\n"), spellings.len(), spellings.join("\n"));
        let fields = format!("name: {name:?}, terms: {terms:?}, spellings: {spellings:?}, count: {count}");
        writeln!(rust, "    Shipped {{ {fields} }},").expect("writing to a string cannot fail");
    }
    rust.push_str("]\n");
    Ok(rust)
}

/// Adds the path of each file under `folder`, relative to `policies/` and with `/` between its
/// parts. Errors are one line each: cargo prints no more.
fn collect(folder: &Path, prefix: &str, paths: &mut Vec<String>) -> Result<(), String> {
    let cannot = |error: io::Error| format!("cannot read the folder {}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(cannot)? {
        let entry = entry.map_err(cannot)?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            return Err(format!(
                "policies/{prefix} holds a file name that is not UTF-8, {name:?}: rename it"
            ));
        };
        let path = format!("{prefix}{name}");
        let kind = entry.file_type().map_err(cannot)?;
        if kind.is_dir() {
            collect(&entry.path(), &format!("{path}/"), paths)?;
        } else if !kind.is_file() {
            return Err(format!(
                "policies/{} is not a regular file: only regular files can be embedded",
                path.escape_debug()
            ));
        } else if !Path::new(name)
            .extension()
            .is_some_and(|have| EXTENSIONS.iter().any(|known| have == *known))
        {
            return Err(format!(
                "policies/{} ends in none of .toml, .txt, .md: rename it or move it away",
                path.escape_debug()
            ));
        } else {
            paths.push(path);
        }
    }
    Ok(())
}

/// Whether every run reads the file. The vocabulary's text is for messages; runs read its own layout.
fn is_hot(path: &str) -> bool {
    !path.contains('/') && path != "words.toml"
}

/// The table, in Rust, and the archive that it points into: one DEFLATE stream with a zlib head.
fn table(package: &Path, paths: &[String]) -> Result<(String, Vec<u8>), String> {
    let (mut rows, mut texts) = (String::new(), String::new());
    for path in paths {
        let body = if is_hot(path) {
            let (file, tree) = (format!("/policies/{path}"), format!("/{path}.tree"));
            format!(
                "Body::Plain {{ text: include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {file:?})), \
                 tree: include_bytes!(concat!(env!(\"OUT_DIR\"), {tree:?})) }}"
            )
        } else {
            let text = read(&package.join("policies").join(path))?;
            let start = texts.len();
            texts.push_str(&text);
            format!("Body::Packed {{ start: {start}, end: {} }}", texts.len())
        };
        writeln!(rows, "    Embedded {{ path: {path:?}, body: {body} }},")
            .expect("writing to a string cannot fail");
    }
    let archive = miniz_oxide::deflate::compress_to_vec_zlib(texts.as_bytes(), 10);
    Ok((format!("&[\n{rows}]\n"), archive))
}
