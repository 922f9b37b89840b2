//! One finding, or one thing that could not be judged, as a card: what is wrong, where, who asks, what to do.

use super::source::{self, Role};
use super::write::Html;
use crate::diag::{Diagnostic, Level, Note, Paste, Sources, escape};
use crate::report::wrap;
use crate::verdict::{Finding, Location, Severity};

/// Other places than these many are counted, not shown.
const MOST_RELATED: usize = 8;
/// Of the paths that were looked for, this many are named.
const MOST_LOOKED: usize = 24;

/// What a card shows.
struct Card<'a> {
    /// The start of the element, with its class.
    open: &'static str,
    /// What it does, in a word or two.
    word: &'static str,
    /// A rule's id, or a mistake's code.
    code: &'a str,
    message: &'a str,
    /// A place that has no text to show.
    place: Option<String>,
    primary: Option<Note>,
    related: &'a [Note],
    because: Option<&'a Note>,
    looked: &'a [String],
    help: &'a [String],
    paste: Option<&'a Paste>,
    /// The command that says more.
    explain: bool,
}

/// A finding in full. Its anchor is its fingerprint.
pub(super) fn finding(html: &mut Html, finding: &Finding, sources: &Sources) {
    let primary = match &finding.at {
        Location::Text(span) => Some(Note { span: *span, text: finding.label.clone() }),
        Location::Path(_) | Location::Commit { .. } | Location::Nowhere => None,
    };
    let card = Card {
        open: match finding.severity {
            Severity::Block => "<article class=\"card block\" id=\"f-",
            Severity::Warn => "<article class=\"card warn\" id=\"f-",
            Severity::Advice => "<article class=\"card advice\" id=\"f-",
        },
        word: word(finding),
        code: &finding.rule,
        message: &finding.message,
        place: Some(place(finding, sources)).filter(|place| !place.is_empty() && primary.is_none()),
        primary,
        related: &finding.related,
        because: finding.because.as_ref(),
        looked: &finding.looked,
        help: &finding.help,
        paste: finding.paste.as_ref(),
        explain: true,
    };
    html.raw(card.open).text(&finding.fingerprint).raw("\">\n");
    card.inside(html, sources);
    html.raw("</article>\n");
}

/// Something that could not be judged.
pub(super) fn undecided(html: &mut Html, d: &Diagnostic, sources: &Sources) {
    let card = Card {
        open: match d.level {
            Level::Error => "<article class=\"card block\">\n",
            Level::Warning => "<article class=\"card warn\">\n",
            Level::Note => "<article class=\"card advice\">\n",
        },
        word: match d.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "note",
        },
        code: &d.code,
        message: &d.message,
        place: d.path.as_ref().filter(|_| d.primary.is_none()).map(ToString::to_string),
        primary: d.primary.clone(),
        related: &d.related,
        because: None,
        looked: &d.looked,
        help: &d.help,
        paste: d.paste.as_ref(),
        explain: false,
    };
    html.raw(card.open);
    card.inside(html, sources);
    html.raw("</article>\n");
}

/// A finding in a line, for a list: waived, not touched by this change, or one of very many.
pub(super) fn brief(html: &mut Html, finding: &Finding, sources: &Sources) {
    html.raw("<li id=\"f-").text(&finding.fingerprint).raw("\"><code class=\"rule\">").text(&finding.rule);
    html.raw("</code> ").prose(&finding.message);
    let place = place(finding, sources);
    if !place.is_empty() {
        html.raw(" <span class=\"place\">(").text(&place).raw(")</span>");
    }
    if let Some(waiver) = &finding.waived {
        html.raw("<br><strong>waived</strong> until ").text(&waiver.expires).raw(", signed off by ");
        html.text(&waiver.approved_by).raw(": ").prose(&waiver.reason);
    }
    if let Some(severity) = finding.otherwise.filter(|_| finding.waived.is_none()) {
        html.raw("<br>a change that touches this model would get <strong>");
        html.raw(severity.name()).raw("</strong>");
    }
    html.raw("</li>\n");
}

/// What a finding does, for people.
pub(super) fn word(finding: &Finding) -> &'static str {
    match finding.severity {
        Severity::Block => "blocks",
        Severity::Warn => "warns",
        Severity::Advice => "advice",
    }
}

/// Where it is, in a line.
pub(super) fn place(finding: &Finding, sources: &Sources) -> String {
    match &finding.at {
        Location::Text(span) => {
            let at = sources.position(*span);
            format!("{}:{}", sources.get(span.source).origin.display(), at.line)
        }
        Location::Path(path) => path.to_string(),
        Location::Commit { id, subject } => {
            let short: String = id.chars().take(12).collect();
            format!("commit {short} \"{subject}\"")
        }
        Location::Nowhere => String::new(),
    }
}

impl Card<'_> {
    fn inside(&self, html: &mut Html, sources: &Sources) {
        html.raw("<h3><span class=\"badge\">").raw(self.word).raw("</span> ").prose(self.message);
        html.raw("</h3>\n<p class=\"about\"><code class=\"rule\">").text(self.code).raw("</code>");
        if let Some(place) = &self.place {
            html.raw(" <span class=\"place\">").text(place).raw("</span>");
        }
        html.raw("</p>\n");
        let primary = self.primary.iter().map(|note| (Role::Primary, note));
        let related = self.related.iter().take(MOST_RELATED).map(|note| (Role::Related, note));
        let policy = self.because.into_iter().map(|note| (Role::Policy, note));
        let spots: Vec<_> = primary.chain(related).chain(policy).collect();
        source::excerpts(html, &spots, sources);
        if let Some(more) = self.related.len().checked_sub(MOST_RELATED).filter(|&more| more > 0) {
            html.raw("<p>and ").text(&wrap::count(more, "more place")).raw(" of the same kind</p>\n");
        }
        self.looked(html);
        self.what_to_do(html);
    }

    fn looked(&self, html: &mut Html) {
        if self.looked.is_empty() {
            return;
        }
        html.raw("<details class=\"looked\"><summary>where it was looked for</summary><ul>\n");
        for path in self.looked.iter().take(MOST_LOOKED) {
            html.raw("<li><code>").text(path).raw("</code></li>\n");
        }
        if let Some(more) = self.looked.len().checked_sub(MOST_LOOKED).filter(|&more| more > 0) {
            html.raw("<li>and ").number(more).raw(" more</li>\n");
        }
        html.raw("</ul></details>\n");
    }

    fn what_to_do(&self, html: &mut Html) {
        if self.help.is_empty() && self.paste.is_none() && !self.explain {
            return;
        }
        html.raw("<div class=\"todo\"><h4>What to do</h4>\n");
        for line in self.help.iter().flat_map(|help| help.trim().lines()).filter(|line| !line.is_empty()) {
            html.raw("<p>").prose(line).raw("</p>\n");
        }
        if let Some(paste) = self.paste {
            html.raw("<p>Paste into <code>").text(&paste.file).raw("</code>:</p>\n<pre class=\"paste\">");
            html.lines(paste.text.trim_matches('\n')).raw("</pre>\n");
        }
        if self.explain {
            html.raw("<p class=\"more\"><code>roadworthy explain ").text(&escape::shell_word(self.code));
            html.raw("</code> says why this is asked, with an example that passes</p>\n");
        }
        html.raw("</div>\n");
    }
}
