//! Readers of a policy, applied to a document.

use super::kept::Listed;
use super::prepared::Prepared;
use super::sections;
use super::{Fact, Facts, Flaw, FlawKind, owners};
use crate::artifact::document::{CodeLine, Form, Node, Scalar};
use crate::artifact::types::{self, Found, NotA, Reading, ValueType};
use crate::diag::{RepoPath, Span};
use crate::policy::{Artifact, How, PolicySet, Reader, SourceSpec};

/// The most readings that are kept of one fact in one file.
pub(crate) const MAX_READINGS: usize = 64;

/// What a reader works with.
pub(super) struct Ask<'a> {
    pub(super) set: &'a PolicySet,
    pub(super) doc: &'a Prepared<'a>,
    pub(super) model: &'a RepoPath,
    pub(super) fact: usize,
    pub(super) is: ValueType,
    pub(super) how: &'static str,
    /// The place asks for one person by name, so that a given name alone will do.
    pub(super) lone: bool,
    pub(super) out: &'a mut Facts,
}

impl Ask<'_> {
    /// Keeps a value that has the type.
    pub(super) fn found(&mut self, found: Found, text: &str, span: Span, place: &[u32]) {
        if self.out.of(self.fact).count() >= MAX_READINGS {
            return;
        }
        let piece = text.get(found.range.clone()).unwrap_or(text).trim().to_string();
        let span = self.doc.locate(span, &piece);
        self.out.found.push(Fact {
            fact: self.fact,
            value: found.value,
            text: piece,
            span,
            how: self.how,
            place: place.into(),
        });
    }

    /// Keeps a place where the value should stand.
    pub(super) fn flaw(&mut self, kind: FlawKind, span: Span) {
        if self.out.flaws.len() < MAX_READINGS * 4
            && !self.out.flaws.iter().any(|f| f.fact == self.fact && f.span == span)
        {
            self.out.flaws.push(Flaw { fact: self.fact, kind, span });
        }
    }

    /// Reads `text` as the type; anything but a found value becomes a flaw when `asked`: the text
    /// stands where somebody was asked for exactly this value.
    pub(super) fn value(&mut self, text: &str, span: Span, asked: bool) -> bool {
        self.value_at(text, span, &[], asked)
    }

    /// As [`Ask::value`], for a leaf of a structured format.
    pub(super) fn value_at(&mut self, text: &str, span: Span, place: &[u32], asked: bool) -> bool {
        self.keep(self.doc.read(self.is, text), text, span, place, asked)
    }

    /// As [`Ask::value`], of a unit that is not open, where nobody was asked.
    pub(super) fn filled(&mut self, unit: usize) -> bool {
        let (reading, unit) = (self.doc.read_unit(self.is, unit), &self.doc.document.units[unit]);
        self.keep(reading, &unit.text, unit.span, &[], false)
    }

    fn keep(&mut self, reading: Reading, text: &str, span: Span, place: &[u32], asked: bool) -> bool {
        match reading {
            Reading::Found(found) => {
                self.found(found, text, span, place);
                return true;
            }
            Reading::Unfilled if asked => self.flaw(FlawKind::Unfilled, span),
            Reading::Wrong(_) if asked && self.lone && self.lone_name(text, span, place) => return true,
            Reading::Wrong(wrong) if asked => self.flaw(FlawKind::Wrong(wrong.what), span),
            Reading::Absent if asked => self.flaw(FlawKind::Wrong(NotA::Other), span),
            Reading::Unfilled | Reading::Wrong(_) | Reading::Absent => {}
        }
        false
    }
}

impl Ask<'_> {
    /// Keeps a single given name where a person is asked for.
    fn lone_name(&mut self, text: &str, span: Span, place: &[u32]) -> bool {
        let asks = matches!(self.is, ValueType::Person);
        let found = if asks { types::lone_name(text, &self.set.words) } else { None };
        let kept = found.is_some();
        if let Some(found) = found {
            self.found(found, text, span, place);
        }
        kept
    }
}

/// Reads all facts that `source` states in the document.
pub(super) fn read_source(
    set: &PolicySet,
    artifact: &Artifact,
    source: &SourceSpec,
    doc: &Prepared<'_>,
    model: &RepoPath,
    out: &mut Facts,
) {
    for (fact, readers) in &source.facts {
        for reader in readers {
            if reader.given.as_ref().is_some_and(|given| !given.is_match(doc.text)) {
                continue;
            }
            let is = reader.is.unwrap_or(artifact.facts[*fact].is);
            let how = how_name(&reader.how);
            let mut one = Ask { set, doc, model, fact: *fact, is, how, lone: false, out };
            apply(&mut one, reader);
        }
    }
}

fn how_name(how: &How) -> &'static str {
    match how {
        How::Path { .. } => "path",
        How::Named { .. } => "named",
        How::Mention { .. } => "mention",
        How::Unticked(_) => "unticked",
        How::Code { .. } => "code",
        How::Regex(_) => "regex",
        How::Owners { .. } => "owners",
        How::Roster => "roster",
        How::Channel => "channel",
    }
}

fn apply(one: &mut Ask<'_>, reader: &Reader) {
    match &reader.how {
        How::Path { paths, context, of_model } => path(one, paths, *context, *of_model),
        How::Named { .. } => named(one, &reader.how),
        How::Mention { .. } => mention(one, &reader.how),
        How::Unticked(terms) => {
            let (doc, terms) = (one.doc, one.doc.list(one.set.terms(terms)));
            for task in doc.document.tasks.iter().filter(|task| !task.done) {
                if doc.within(task.heading, terms) || terms.terms.is_match(&task.text) {
                    one.value(&task.text, task.span, false);
                }
            }
        }
        How::Code { not } => {
            let doc = one.doc;
            let not = not.as_ref().map(|terms| doc.list(one.set.terms(terms)));
            for line in &doc.document.code {
                if !not.is_some_and(|not| introduced_by(doc, line, not)) {
                    one.value(&line.text, line.span, false);
                }
            }
        }
        How::Regex(patterns) => {
            let doc = one.doc;
            for regex in patterns.iter().filter_map(|pattern| pattern.regex_for(doc.text)) {
                for captures in regex.captures_iter(doc.text).take(MAX_READINGS) {
                    if let Some(piece) = captures.get_group(1).or_else(|| captures.get_group(0)) {
                        let span = Span::new(doc.document.source, piece.range());
                        one.value(&doc.text[piece.range()], span, false);
                    }
                }
            }
        }
        How::Owners { all } => owners::read(one, *all),
        How::Roster => {
            for pair in one.doc.document.pairs.iter().filter(|p| p.key == "roster") {
                one.value(&pair.value, pair.span, false);
            }
        }
        How::Channel => channel(one),
    }
}

/// Reads the sentences that name something.
fn mention(one: &mut Ask<'_>, how: &How) {
    let How::Mention { terms, kinds, within, not } = how else { return };
    let (set, doc) = (one.set, one.doc);
    let list = |terms| doc.list(set.terms(terms));
    let (terms, within, not) = (list(terms), within.as_ref().map(list), not.as_ref().map(list));
    for sentence in doc.sentences() {
        let unit = &doc.document.units[sentence.unit];
        let placed = || {
            within.is_none_or(|w| doc.within(unit.heading, w) || doc.title().is_some_and(|t| w.is_match(t)))
        };
        if sentence.question
            || !(kinds.is_empty() || kinds.contains(&unit.kind))
            || !terms.is_match(sentence.text)
            || !placed()
            || not.is_some_and(|not| not.is_match(sentence.text))
            || doc.is_open(sentence.unit)
        {
            continue;
        }
        if sentence.range == (0..unit.text.len()) {
            one.filled(sentence.unit);
        } else {
            one.value(&unit.text[sentence.range.clone()], unit.span, false);
        }
    }
}

/// True when the heading above a line of code, or the text just before it, matches.
fn introduced_by(doc: &Prepared<'_>, line: &CodeLine, terms: Listed<'_>) -> bool {
    let units = &doc.document.units;
    let before = units.iter().rposition(|unit| unit.span.end <= line.span.start);
    let named = |heading: usize| terms.is_match(doc.heading(heading));
    line.heading.is_some_and(named)
        || before.is_some_and(|u| units[u].heading == line.heading && terms.is_match(&doc.units()[u]))
}

/// A pattern over node paths: `*` is one key, `**` any number, all else is literal; case-folded.
pub(super) fn path_matches(pattern: &str, path: &str) -> bool {
    fn parts(pattern: &[&str], path: &[&str]) -> bool {
        match (pattern.split_first(), path.split_first()) {
            (None, None) => true,
            (Some((&"**", rest)), _) => (0..=path.len()).any(|n| parts(rest, &path[n..])),
            (Some((p, rest)), Some((s, more))) => part(p, s) && parts(rest, more),
            _ => false,
        }
    }
    /// A key, and how many `[]` stand behind it.
    fn bare(key: &str) -> (&str, usize) {
        let (mut bare, mut lists) = (key, 0);
        while let Some(shorter) = bare.strip_suffix("[]") {
            (bare, lists) = (shorter, lists + 1);
        }
        (bare, lists)
    }
    fn part(pattern: &str, key: &str) -> bool {
        if !pattern.ends_with(']') && !key.ends_with(']') {
            return pattern == "*" || pattern.eq_ignore_ascii_case(key);
        }
        let ((p, lists), (k, own)) = (bare(pattern), bare(key));
        lists == own && (p == "*" || p.eq_ignore_ascii_case(k))
    }
    let first = |text: &str| text.bytes().next().map(|byte| byte.to_ascii_lowercase());
    if first(pattern) != Some(b'*') && first(pattern) != first(path) {
        return false;
    }
    if !pattern.contains("**") {
        let (mut pattern, mut path) = (pattern.split('.'), path.split('.').take(24));
        loop {
            match (pattern.next(), path.next()) {
                (None, None) => return true,
                (Some(p), Some(k)) if part(p, k) => {}
                _ => return false,
            }
        }
    }
    let (pattern, path): (Vec<&str>, Vec<&str>) =
        (pattern.split('.').collect(), path.split('.').take(24).collect());
    parts(&pattern, &path)
}

fn path(one: &mut Ask<'_>, paths: &[String], step_name: bool, of_model: bool) {
    let doc = one.doc;
    for pattern in paths {
        for (index, node) in doc.document.nodes.iter().enumerate() {
            if node.scalar == Scalar::Empty || !path_matches(pattern, &node.path) {
                continue;
            }
            let folder = || sibling(&doc.document.nodes, index, "path").and_then(RepoPath::parse);
            if of_model && folder().is_none_or(|folder| folder != *one.model) {
                continue;
            }
            let code = matches!(one.is, ValueType::Command | ValueType::TrainingCommand);
            if code {
                let name = if step_name { sibling(&doc.document.nodes, index, "name") } else { None };
                command_lines(one, node, name);
            } else {
                let span = if node.span.start == node.span.end { node.key_span } else { node.span };
                match doc.members(&node.value) {
                    Some(members) => members.iter().for_each(|m| {
                        one.value_at(m, span, &node.place, true);
                    }),
                    None => {
                        one.value_at(&node.value, span, &node.place, true);
                    }
                }
            }
        }
    }
}

/// A block of shell lines: every line may be the command.
fn command_lines(one: &mut Ask<'_>, node: &Node, name: Option<&str>) {
    let joined = node.value.replace("\\\n", " ");
    for line in joined.lines() {
        let reading = if one.is == ValueType::TrainingCommand {
            types::training_command(line, name, &one.set.words)
        } else {
            one.doc.read(one.is, line)
        };
        if let Reading::Found(found) = reading {
            one.found(found, line, node.span, &node.place);
        }
    }
}

/// A key of the same list element or table.
fn sibling<'n>(nodes: &'n [Node], index: usize, key: &str) -> Option<&'n str> {
    let parent = nodes[index].path.rsplit_once('.').map_or("", |(parent, _)| parent);
    nodes
        .iter()
        .find(|n| {
            n.place == nodes[index].place
                && n.path.strip_prefix(parent).and_then(|k| k.strip_prefix('.')) == Some(key)
        })
        .map(|n| n.value.as_str())
}

fn named(one: &mut Ask<'_>, how: &How) {
    let How::Named { terms, forms, within, not, max_words, not_self, title, heading, kinds } = how else {
        return;
    };
    let (set, doc) = (one.set, one.doc);
    let list = |terms| doc.list(set.terms(terms));
    let (terms, within, not) = (list(terms), within.as_ref().map(list), not.as_ref().map(list));
    let takes = |form: Form| forms.is_empty() || forms.contains(&form);
    for (index, pair) in doc.document.pairs.iter().enumerate() {
        let key = doc.key(index);
        if !takes(pair.form) || pair.key.is_empty() || key.spaced() > *max_words || !terms.is_match(key) {
            continue;
        }
        if not.is_some_and(|n| n.is_match(key)) || within.is_some_and(|w| !doc.within(pair.heading, w)) {
            continue;
        }
        if sections::question_like(&pair.value) {
            one.flaw(FlawKind::Unfilled, if pair.value.is_empty() { pair.key_span } else { pair.span });
            continue;
        }
        let span = if pair.value.trim().is_empty() { pair.key_span } else { pair.span };
        one.lone = matches!(pair.form, Form::Label | Form::Front);
        // "Monitoring: churn model" is a title, and no answer to what is monitored.
        let title = doc
            .document
            .headings
            .first()
            .is_some_and(|h| h.span.range().contains(&pair.key_span.range().start));
        one.value(&pair.value, span, !title);
    }
    one.lone = false;
    if takes(Form::Section) {
        let wanted = sections::Wanted {
            terms,
            within,
            not,
            max_words: *max_words,
            not_self: *not_self,
            title: *title,
            heading: *heading,
            kinds,
        };
        sections::read(one, &wanted);
    }
}

fn channel(one: &mut Ask<'_>) {
    let doc = one.doc;
    for unit in &doc.document.units {
        let text = &unit.text;
        for (at, _) in text.match_indices('#') {
            let free = text[..at]
                .chars()
                .next_back()
                .is_none_or(|c| !(c.is_alphanumeric() || matches!(c, '&' | '/' | '[' | '(' | '#')));
            let name: String = text[at + 1..]
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
                .collect();
            let named = name.starts_with(|c: char| c.is_ascii_lowercase())
                && name.trim_matches(['-', '_']).contains(['-', '_']);
            if free && named {
                let span = doc.locate(unit.span, &format!("#{name}"));
                one.value(&format!("#{name}"), span, false);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::path_matches;

    #[test]
    fn paths_match_keys_lists_and_any_depth() {
        assert!(path_matches("spec.owner", "spec.Owner"));
        assert!(path_matches("team.members[].name", "team.members[].name"));
        assert!(!path_matches("team.members.name", "team.members[].name"));
        assert!(path_matches("jobs.*.steps[].run", "jobs.train.steps[].run"));
        assert!(path_matches("filters.**.approvers[]", "filters.a.b.approvers[]"));
        assert!(!path_matches("*.cron", "on.schedule[].cron"));
    }
}
