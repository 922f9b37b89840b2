//! The canonical spelling of every fact: always read, whatever the policy's readers say, and
//! printed as the remedy of a rejection.

use super::facts::Ask;
use super::prepared::Prepared;
use super::{Candidate, Facts};
use crate::artifact::document::{Format, Scalar, UnitKind};
use crate::diag::{Paste, RepoPath};
use crate::policy::{Artifact, FactSpec, PolicySet};
use crate::text::normalise_key;

/// Reads the canonical label, key or comment of every fact of the artifact.
pub(super) fn read<'d>(
    set: &PolicySet,
    artifact: &Artifact,
    doc: &Prepared<'d>,
    model: &RepoPath,
    out: &mut Facts,
) {
    let last = |path: &'d str| path.rsplit('.').next().unwrap_or("").trim_end_matches("[]");
    let keys: Vec<&str> = doc.document.nodes.iter().map(|node| last(&node.path)).collect();
    for (index, spec) in artifact.facts.iter().enumerate() {
        let mut one = Ask { set, doc, model, fact: index, is: spec.is, how: "canonical", lone: true, out };
        let (label, key) = spec.names();
        for pair in doc.document.pairs.iter().filter(|p| p.key == label || p.key == key) {
            let span = if pair.value.trim().is_empty() { pair.key_span } else { pair.span };
            one.value(&pair.value, span, true);
        }
        for (node, key) in doc.document.nodes.iter().zip(&keys) {
            if key.eq_ignore_ascii_case(&spec.key) && !matches!(node.scalar, Scalar::Empty) {
                let span = if node.value.is_empty() { node.key_span } else { node.span };
                one.lone = !node.path.contains('.');
                one.value_at(&node.value, span, &node.place, true);
            }
        }
        one.lone = true;
        for unit in doc.document.units.iter().filter(|u| u.kind == UnitKind::Comment) {
            if let Some((key, value)) = unit.text.split_once(':')
                && normalise_key(key) == label
                && !disabled(key, value, doc.document.format)
            {
                one.value(value.trim(), unit.span, true);
            }
        }
    }
}

/// A comment that is structured text taken out of use: `# - cron: '0 3 * * 1'`.
fn disabled(key: &str, value: &str, format: Format) -> bool {
    let quoted = value.trim_start().starts_with(['"', '\'']);
    format == Format::Yaml
        && (key.trim_start().starts_with('-') || quoted && !key.contains(char::is_uppercase))
}

/// The line that states `spec`, with `<what is wanted>` where the value belongs, and the file that
/// it belongs in: the best candidate's, or the artifact's starter file.
pub fn remedy(
    artifact: &Artifact,
    specs: &[&FactSpec],
    best: Option<&Candidate>,
    model: &RepoPath,
) -> Option<Paste> {
    let wanted: Vec<(&FactSpec, String)> =
        specs.iter().map(|spec| (*spec, format!("<{}>", spec.wanted()))).collect();
    lines(artifact, &wanted, best, model)
}

/// As [`remedy`], with the value.
pub fn remedy_with(
    artifact: &Artifact,
    spec: &FactSpec,
    value: &str,
    best: Option<&Candidate>,
    model: &RepoPath,
) -> Option<Paste> {
    lines(artifact, &[(spec, value.to_string())], best, model)
}

fn lines(
    artifact: &Artifact,
    values: &[(&FactSpec, String)],
    best: Option<&Candidate>,
    model: &RepoPath,
) -> Option<Paste> {
    let starter = artifact.starter.as_ref();
    let start_path = starter.map(|s| model.join(s.file.value.as_bytes()));
    let foreign = |c: &Candidate| artifact.sources[c.source_index].foreign;
    let (path, comment, format) = match best {
        Some(c) if c.format.is_some() && !(artifact.combine && foreign(c) && starter.is_some()) => {
            (c.path.clone(), foreign(c), c.format)
        }
        _ => {
            let path = start_path?;
            let format = crate::artifact::read::format_of(path.as_bytes(), "");
            (path, false, format)
        }
    };
    let lines: Vec<String> = values.iter().map(|(spec, value)| line(spec, value, format, comment)).collect();
    Some(Paste { file: path.to_text().into_owned(), text: lines.join("\n") })
}

fn line(spec: &FactSpec, wanted: &str, format: Option<Format>, comment: bool) -> String {
    match format {
        Some(Format::Codeowners | Format::Code) => format!("# {}: {wanted}", spec.label),
        Some(Format::Yaml | Format::Toml) if comment => format!("# {}: {wanted}", spec.label),
        Some(Format::Toml) => format!("{} = \"{wanted}\"", spec.key),
        Some(Format::Yaml) => format!("{}: \"{wanted}\"", spec.key),
        Some(Format::Json) => format!("\"{}\": \"{wanted}\",", spec.key),
        // Markdown joins adjacent lines into one paragraph; a list keeps them apart.
        Some(Format::Markdown) | None => format!("- {}: {wanted}", spec.label),
    }
}

#[cfg(test)]
mod tests {
    use super::disabled;
    use crate::artifact::document::Format;

    #[test]
    fn a_schedule_in_a_comment_is_switched_off() {
        assert!(disabled(" - cron", " '*/15 * * * *'", Format::Yaml));
        assert!(disabled("cron", " \"0 3 * * 1\"", Format::Yaml));
        assert!(!disabled(" Cadence", " every 30 days", Format::Yaml));
        assert!(!disabled(" owner", " Ada Lovelace", Format::Yaml));
        assert!(!disabled(" Owner", " Ada Lovelace", Format::Codeowners));
    }
}
