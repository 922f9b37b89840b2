//! Readers: a text becomes a [`Document`], one reader per format.
//!
//! A reader knows its format and nothing of artifacts. None of them fails: what cannot be read is
//! said in [`Document::error`], and what stands before it is kept. Time is linear in the text and
//! the stack does not grow with it, whatever the text.

mod code;
mod codeowners;
mod flow;
mod front;
mod html;
mod json;
mod labels;
mod markdown;
mod markdown_blocks;
mod markdown_text;
mod out;
mod scalar;
mod tables;
mod toml;
mod yaml;
mod yaml_lines;
mod yaml_tree;

use crate::artifact::document::{Document, Format};
use crate::diag::SourceId;
use out::Out;

/// Larger texts are cut here; nobody writes such an artifact by hand. Formats with a costlier reader
/// are cut earlier.
fn most_bytes(format: Format) -> usize {
    match format {
        Format::Markdown | Format::Yaml | Format::Toml => 2 << 20,
        Format::Json | Format::Codeowners | Format::Code => 3 << 20,
    }
}

/// The format of a file, by its name, then by its extension, then by what it holds; `None` for what
/// no reader can read. `path` is relative to the repository; only its last component is looked at.
pub fn format_of(path: &[u8], text: &str) -> Option<Format> {
    let name = file_name(path);
    let bare = ["tmpl", "template", "tpl", "j2", "dist", "sample", "example"]
        .iter()
        .find_map(|suffix| name.strip_suffix(suffix)?.strip_suffix('.'))
        .filter(|bare| !bare.is_empty())
        .unwrap_or(&name);
    let stem = bare.split_once('.').map_or(bare, |(stem, _)| stem);
    let extension = bare.rsplit_once('.').map_or("", |(_, extension)| extension);
    if text.contains('\0') {
        return None;
    }
    match (stem, extension) {
        ("codeowners", "") => return Some(Format::Codeowners),
        ("owners" | "maintainers", "" | "txt") if has_owner_lines(text) => return Some(Format::Codeowners),
        ("owners" | "owners_aliases" | "mlproject" | "mlmodel", "") => return Some(Format::Yaml),
        ("pipfile", "") => return Some(Format::Toml),
        ("dvc", "lock") => return Some(Format::Yaml),
        ("makefile" | "dockerfile" | "jenkinsfile" | "containerfile" | "justfile" | "rakefile", _) => {
            return Some(Format::Code);
        }
        _ => {}
    }
    match extension {
        "md" | "markdown" | "mdx" | "mkd" | "rmd" | "qmd" | "txt" | "rst" | "adoc" | "asciidoc" | "org"
        | "text" => Some(Format::Markdown),
        "yaml" | "yml" | "cff" | "dvc" => Some(Format::Yaml),
        "json" | "jsonc" | "json5" | "ipynb" => Some(Format::Json),
        "toml" => Some(Format::Toml),
        "py" | "pyi" | "r" | "sh" | "bash" | "zsh" | "sql" | "hql" | "scala" | "sc" | "mk" | "java"
        | "kt" | "js" | "ts" | "go" | "rs" | "c" | "cc" | "cpp" | "h" | "cs" | "jl" | "rb" | "lua"
        | "ps1" | "tf" | "hcl" | "groovy" | "bzl" | "swift" | "cfg" | "ini" | "conf" | "env"
        | "properties" => Some(Format::Code),
        "" => Some(by_content(text)),
        _ => None,
    }
}

/// Reads a text in the given format. The name of the file is not known; see [`read_file`].
pub fn read(source: SourceId, text: &str, format: Format) -> Document {
    read_as(source, text, format, "")
}

/// Reads a file in the format that [`format_of`] gives; `None` when no reader can read it. The
/// language of code lines is the file's extension, or its name when it has none.
pub fn read_file(source: SourceId, path: &[u8], text: &str) -> Option<Document> {
    format_of(path, text).map(|format| read_in(format, source, path, text))
}

/// As [`read_file`], in a format that is known.
pub fn read_in(format: Format, source: SourceId, path: &[u8], text: &str) -> Document {
    let name = file_name(path);
    let language = name.rsplit_once('.').map_or(name.as_str(), |(_, extension)| extension);
    read_as(source, text, format, language)
}

fn read_as(source: SourceId, text: &str, format: Format, language: &str) -> Document {
    let most = most_bytes(format);
    let (kept, cut) = within_limit(text, most);
    let mut out = Out::new(kept, Document::empty(source, format));
    match format {
        Format::Markdown => markdown::read(&mut out),
        Format::Yaml => yaml::read(&mut out),
        Format::Json => json::read(&mut out),
        Format::Toml => toml::read(&mut out),
        Format::Codeowners => codeowners::read(&mut out),
        Format::Code => code::read(&mut out, language),
    }
    if cut {
        let message = format!("the text is larger than {} MiB; the rest is not read", most >> 20);
        out.fail(kept.len()..kept.len(), message);
    }
    out.doc
}

/// The text up to the last line within `most` bytes, and whether something was cut off.
fn within_limit(text: &str, most: usize) -> (&str, bool) {
    if text.len() <= most {
        return (text, false);
    }
    let mut end = most;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let end = text[..end].rfind('\n').map_or(end, |line| line + 1);
    (&text[..end], true)
}

/// The last component of a path, lower-case.
fn file_name(path: &[u8]) -> String {
    let name = path.rsplit(|&b| b == b'/').next().unwrap_or_default();
    String::from_utf8_lossy(name).to_lowercase()
}

/// True when most lines that say something are a pattern and an `@owner`.
fn has_owner_lines(text: &str) -> bool {
    let (mut owners, mut others) = (0usize, 0usize);
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with(['#', '['])).take(200)
    {
        let mut words = line.split_whitespace();
        let pattern = words.next().is_some_and(|w| !w.starts_with(['-', '@']) && !w.ends_with(':'));
        let named = words.next().is_some_and(|w| w.contains('@'));
        if pattern && named { owners += 1 } else { others += 1 }
    }
    owners > others
}

fn by_content(text: &str) -> Format {
    let start = text.trim_start();
    if start.starts_with("#!") {
        Format::Code
    } else if start.starts_with('{') && start.trim_end().ends_with('}') {
        Format::Json
    } else {
        Format::Markdown
    }
}

#[cfg(test)]
mod testing {
    use super::{Document, Format};
    use crate::diag::{Origin, SourceId, Sources, Span};

    fn source(text: &str) -> SourceId {
        Sources::new().add(Origin::BuiltIn("test".into()), text)
    }

    pub(super) fn read(text: &str, format: Format) -> Document {
        super::read(source(text), text, format)
    }

    pub(super) fn read_path(path: &str, text: &str) -> Document {
        super::read_file(source(text), path.as_bytes(), text).expect("a reader takes the file")
    }

    pub(super) fn shown(text: &str, span: Span) -> &str {
        text.get(span.range()).expect("spans are on character boundaries inside the text")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_decides_before_the_content() {
        for (path, text, expected) in [
            ("docs/RUNBOOK.md", "", Some(Format::Markdown)),
            ("README", "hello", Some(Format::Markdown)),
            (".github/CODEOWNERS", "", Some(Format::Codeowners)),
            ("OWNERS", "approvers:\n- ada\n", Some(Format::Yaml)),
            ("OWNERS", "*  @ada\n", Some(Format::Codeowners)),
            ("MAINTAINERS", "/models/ @ada @bob\n# x\n", Some(Format::Codeowners)),
            ("MAINTAINERS", "Ada Lovelace <ada@corp.example>\n", Some(Format::Markdown)),
            ("MAINTAINERS.md", "* @ada\n", Some(Format::Markdown)),
            ("OWNERS_ALIASES", "aliases:\n", Some(Format::Yaml)),
            ("MLproject", "name: x\n", Some(Format::Yaml)),
            ("dvc.lock", "", Some(Format::Yaml)),
            ("a/b/slo.YML", "", Some(Format::Yaml)),
            ("catalog-info.yaml.tmpl", "", Some(Format::Yaml)),
            ("x.json", "", Some(Format::Json)),
            ("owner.toml", "", Some(Format::Toml)),
            ("dags/retrain.py", "", Some(Format::Code)),
            ("Makefile", "", Some(Format::Code)),
            ("Dockerfile.gpu", "", Some(Format::Code)),
            ("bin/train", "#!/bin/sh\n", Some(Format::Code)),
            ("config", "{\"a\": 1}", Some(Format::Json)),
            ("model.pkl", "x", None),
            ("README.md", "a\0b", None),
        ] {
            assert_eq!(format_of(path.as_bytes(), text), expected, "{path}");
        }
    }

    #[test]
    fn a_text_over_the_limit_is_cut_at_a_line_and_says_so() {
        let text = format!("x: {}\nü: 1\n", "ä".repeat(1 << 20));
        let doc = testing::read(&text, Format::Yaml);
        assert!(doc.error.is_some_and(|e| e.text.contains("larger than 2 MiB")));
    }
}
