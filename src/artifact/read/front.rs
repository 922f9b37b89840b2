//! Front matter: YAML between `---`, TOML between `+++`, at the very start of a Markdown text.

use std::ops::Range;

use super::out::{Named, Out, lines};
use super::{toml, yaml};
use crate::artifact::document::{Form, Scalar};

/// Longer front matter is none.
const MOST_LINES: usize = 2_000;

/// Reads the front matter, if there is any. Gives the offset where the Markdown starts.
pub(super) fn read(out: &mut Out<'_>) -> usize {
    let Some((yaml, inner, end)) = find(out.text) else { return 0 };
    if yaml {
        if !looks_like_yaml(&out.text[inner.clone()]) {
            return 0;
        }
        yaml::nodes(out, inner);
    } else {
        toml::nodes(out, inner);
    }
    for at in 0..out.doc.nodes.len() {
        let node = &out.doc.nodes[at];
        let path = node.path.replace("[]", "");
        let value = match node.scalar {
            Scalar::Null | Scalar::Empty => String::new(),
            _ => node.value.clone(),
        };
        let (key, range) = (node.key_span.range(), node.span.range());
        let key = Named { text: &path, normal: false, range: key, form: Form::Front, row: None };
        out.pair(key, &value, range);
    }
    end
}

/// Whether it is YAML, the range between the fences, and the offset behind the closing one.
fn find(text: &str) -> Option<(bool, Range<usize>, usize)> {
    let mut rest = lines(text, 0..text.len()).take(MOST_LINES);
    let first = rest.next()?;
    let yaml = match text[first].trim_end() {
        "---" => true,
        "+++" => false,
        _ => return None,
    };
    let mut start = None;
    for line in rest {
        let inner = *start.get_or_insert(line.start);
        match text[line.clone()].trim_end() {
            "---" | "..." if yaml => return Some((yaml, inner..line.start, line.end)),
            "+++" if !yaml => return Some((yaml, inner..line.start, line.end)),
            _ => {}
        }
    }
    None
}

/// A text may start with a rule instead: then what follows is no `key:` line, comment or list.
fn looks_like_yaml(inner: &str) -> bool {
    let Some(line) = inner.lines().map(str::trim).find(|line| !line.is_empty()) else { return true };
    let key = line.split_once(':').is_some_and(|(key, value)| {
        let spaced = value.is_empty() || value.starts_with([' ', '\t']);
        spaced && key.split_whitespace().count() <= 4 && !key.starts_with(['*', '#', '-', '`', '|'])
    });
    key || line.starts_with("# ")
        && inner.lines().any(|line| line.trim_end().ends_with(':') || line.contains(": "))
        || line.starts_with('{')
}

#[cfg(test)]
mod tests {
    use super::super::testing::{read, shown};
    use crate::artifact::document::{Form, Format};

    #[test]
    fn yaml_front_matter_gives_nodes_and_pairs_but_no_units() {
        let text = "---\ntitle: \"Modell Ä\"\nowner:\n  name: Ada Lovelace  # since May\n  mail:\ntags: [a, b]\n---\n## Heading\nOwner: Bob\n";
        let doc = read(text, Format::Markdown);
        let front: Vec<_> = doc
            .pairs
            .iter()
            .filter(|p| p.form == Form::Front)
            .map(|p| (p.key.as_str(), p.value.as_str()))
            .collect();
        assert_eq!(
            front,
            [
                ("title", "Modell Ä"),
                ("owner.name", "Ada Lovelace"),
                ("owner.mail", ""),
                ("tags", "a"),
                ("tags", "b")
            ]
        );
        for pair in &doc.pairs {
            assert_eq!(shown(text, pair.span), pair.value);
        }
        assert_eq!(doc.title.unwrap().text, "Modell Ä");
        assert_eq!(doc.units.iter().map(|u| u.text.as_str()).collect::<Vec<_>>(), ["Owner: Bob"]);
        assert!(doc.error.is_none());
    }

    #[test]
    fn toml_front_matter() {
        let text = "+++\ntitle = \"Runbook\"\n[owner]\nname = 'Ada'\n+++\nText.\n";
        let doc = read(text, Format::Markdown);
        assert_eq!(doc.pairs[1].key, "owner.name");
        assert_eq!(shown(text, doc.pairs[1].span), "Ada");
        assert_eq!(doc.title.unwrap().text, "Runbook");
    }

    #[test]
    fn a_rule_at_the_start_is_no_front_matter() {
        let doc = read("---\n\nSome words, then another rule.\n\n---\n\nMore.\n", Format::Markdown);
        assert_eq!(doc.units.len(), 2);
        assert!(doc.pairs.is_empty() && doc.error.is_none());
    }

    #[test]
    fn broken_front_matter_is_read_line_by_line() {
        let text = "---\nowner: Ada\nnote: [unclosed\nstatus: draft\n---\nText.\n";
        let doc = read(text, Format::Markdown);
        assert!(doc.error.is_some());
        let keys: Vec<_> = doc.pairs.iter().map(|p| p.key.as_str()).collect();
        assert!(keys.contains(&"owner") && keys.contains(&"status"), "{keys:?}");
    }
}
