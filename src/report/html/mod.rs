//! The report as a page: one file that loads nothing, runs nothing, and opens from a disk.

mod finding;
mod matrix;
mod model;
mod source;
mod write;

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

use super::Run;
use crate::diag::Sources;
use crate::report::wrap;
use crate::verdict::{Finding, Status, Verdict};
use model::Shown;
use write::Html;

/// How the page looks. The policy of the page allows this text and no other.
const STYLE: &str = include_str!("page.css");
/// So many findings are listed under what to do next.
const MOST_NEXT: usize = 20;

/// The page of a whole run. One verdict has the page for itself.
pub(super) fn run(run: &Run<'_>) -> String {
    if let [part] = &run.parts[..] {
        return html(part.verdict, part.sources);
    }
    let mut html = Html::default();
    let worst = run.parts.iter().map(|part| part.verdict.status()).max_by_key(|status| status.exit_code());
    head(&mut html, worst.map_or("Nothing to judge", word));
    html.raw("<main id=\"main\">\n");
    if worst.is_none() {
        html.raw("<header class=\"verdict pass\">\n<h1>Nothing to judge</h1>\n");
        html.raw("<p class=\"reason\">nothing that lands is production</p>\n</header>\n");
    }
    for remark in &run.remarks {
        html.raw("<p class=\"remark\">").prose(remark).raw("</p>\n");
    }
    for (n, part) in (1..).zip(&run.parts) {
        html.part(Some(n));
        html.raw("<section class=\"part\">\n");
        body(&mut html, part.verdict, part.sources);
        html.raw("</section>\n");
    }
    html.part(None);
    html.raw("</main>\n</body>\n</html>\n");
    html.finish()
}

/// The page of one verdict. `v` must be settled. It holds no script and refers to nothing outside of itself; texts of the
/// repository are escaped, hidden characters are written as `\u{…}`. Ends with a line break.
pub fn html(v: &Verdict, sources: &Sources) -> String {
    let mut html = Html::default();
    head(&mut html, &title(v));
    html.raw("<main id=\"main\">\n");
    body(&mut html, v, sources);
    html.raw("</main>\n</body>\n</html>\n");
    html.finish()
}

fn body(html: &mut Html, v: &Verdict, sources: &Sources) {
    verdict(html, v);
    next(html, v);
    undecided(html, v, sources);
    matrix::matrix(html, v);
    let mut shown = Shown::default();
    model::repository(html, v, sources, &mut shown);
    model::strangers(html, v, sources, &mut shown);
    for n in 0..v.rows.len() {
        model::section(html, v, sources, n, &mut shown);
    }
    account(html, v);
}

fn head(html: &mut Html, title: &str) {
    html.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    html.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-");
    html.text(&base64(&Sha256::digest(STYLE)));
    html.raw("'; base-uri 'none'; form-action 'none'\">\n");
    html.raw("<meta name=\"referrer\" content=\"no-referrer\">\n");
    html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    html.raw("<meta name=\"color-scheme\" content=\"light dark\">\n<title>").text(title);
    html.raw("</title>\n<style>").raw(STYLE).raw("</style>\n</head>\n<body>\n");
    html.raw("<a class=\"skip\" href=\"#main\">to the findings</a>\n");
}

fn title(v: &Verdict) -> String {
    let what = if v.subject.what.is_empty() { "roadworthy" } else { &v.subject.what };
    format!("{}: {what}", word(v.status()))
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Pass => "Roadworthy",
        Status::Blocked => "Not roadworthy",
        Status::Undecided => "Could not judge",
    }
}

/// The verdict, and what was judged by what and when.
fn verdict(html: &mut Html, v: &Verdict) {
    html.raw(match v.status() {
        Status::Pass => "<header class=\"verdict pass\">\n",
        Status::Blocked => "<header class=\"verdict blocked\">\n",
        Status::Undecided => "<header class=\"verdict undecided\">\n",
    });
    html.raw("<h1>").raw(word(v.status())).raw("</h1>\n<p class=\"reason\">").prose(&reason(v));
    html.raw("</p>\n<dl>\n");
    let subject = &v.subject;
    let policy = subject.policy.join(", ");
    let commit = subject.commit.as_deref().unwrap_or_default();
    for (name, value) in
        [("judged", &*subject.what), ("commit", commit), ("as of", &*subject.as_of), ("policy", &*policy)]
    {
        if !value.is_empty() {
            html.raw("<div><dt>").raw(name).raw("</dt><dd>").text(value).raw("</dd></div>\n");
        }
    }
    html.raw("</dl>\n");
    for remark in &v.remarks {
        html.raw("<p class=\"remark\">").prose(remark).raw("</p>\n");
    }
    html.raw("</header>\n");
}

/// Why, in a sentence.
fn reason(v: &Verdict) -> String {
    match (v.status(), v.undecided.first()) {
        (Status::Undecided, None) => "nothing was judged, and that is never a pass".to_string(),
        (Status::Undecided, Some(first)) => match v.undecided.len() - 1 {
            0 => first.message.clone(),
            more => format!("{} (and {more} more)", first.message),
        },
        (Status::Blocked, _) => blocked(v),
        (Status::Pass, _) => match v.account.warnings {
            0 => "nothing blocks".to_string(),
            n => format!("nothing blocks; {} can wait, but not for ever", wrap::count(n, "warning")),
        },
    }
}

fn blocked(v: &Verdict) -> String {
    let models: BTreeSet<Option<&str>> =
        v.findings.iter().filter(|f| f.blocks()).map(|f| f.model.as_deref()).collect();
    let n = v.account.blocking;
    let verb = if n == 1 { "blocks" } else { "block" };
    let whom = match models.first() {
        Some(Some(model)) if models.len() == 1 => (*model).to_string(),
        Some(None) if models.len() == 1 => "the repository".to_string(),
        Some(None) => format!("the repository and {}", wrap::count(models.len() - 1, "model")),
        _ => wrap::count(models.len(), "model"),
    };
    format!("{} {verb} {whom}", wrap::count(n, "finding"))
}

/// What to do next, each step with a link to its finding.
fn next(html: &mut Html, v: &Verdict) {
    let blocking: Vec<&Finding> = v.findings.iter().filter(|finding| finding.blocks()).collect();
    if blocking.is_empty() && v.undecided.is_empty() && v.status() == Status::Pass {
        return;
    }
    html.raw("<section aria-labelledby=\"next\">\n<h2 id=\"next\">What to do next</h2>\n");
    if v.undecided.is_empty() && v.status() == Status::Undecided {
        html.raw(
            "<p>No rule was judged: check that <code>roadworthy.toml</code> names your models and that a ",
        );
        html.raw("policy pack applies to them.</p>\n");
    }
    if !v.undecided.is_empty() {
        html.raw("<p>Mend what could not be judged first; what else is said here may be incomplete until ");
        html.raw("then.</p>\n");
    }
    if !blocking.is_empty() {
        html.raw("<ol class=\"next\">\n");
        for finding in blocking.iter().take(MOST_NEXT) {
            step(html, v, finding);
        }
        html.raw("</ol>\n");
    }
    if let Some(more) = blocking.len().checked_sub(MOST_NEXT).filter(|&more| more > 0) {
        html.raw("<p>And ").number(more).raw(" more that block, below.</p>\n");
    }
    html.raw("<p>Then judge again: <code>roadworthy check</code></p>\n</section>\n");
}

fn step(html: &mut Html, v: &Verdict, finding: &Finding) {
    html.raw("<li><a href=\"#f-").text(&finding.fingerprint).raw("\">").prose(&finding.message).raw("</a>");
    if let Some(model) = finding.model.as_ref().filter(|_| v.rows.len() > 1) {
        html.raw(" <span class=\"tag\">").text(model).raw("</span>");
    }
    if finding.paste.is_some() {
        html.raw(" <span class=\"tag\">lines to paste</span>");
    }
    html.raw("</li>\n");
}

fn undecided(html: &mut Html, v: &Verdict, sources: &Sources) {
    if v.undecided.is_empty() {
        return;
    }
    html.raw("<section aria-labelledby=\"undecided\">\n<h2 id=\"undecided\">Could not be judged</h2>\n");
    for problem in &v.undecided {
        finding::undecided(html, problem, sources);
    }
    html.raw("</section>\n");
}

/// How much was judged, and by what.
fn account(html: &mut Html, v: &Verdict) {
    let a = &v.account;
    html.raw("<footer>\n<dl class=\"account\">\n");
    for (name, n) in [
        ("models", a.models),
        ("rules", a.rules),
        ("judgements", a.judgements),
        ("waived", a.waived),
        ("block", a.blocking),
        ("warn", a.warnings),
        ("advice", a.advice),
    ] {
        html.raw("<div><dt>").raw(name).raw("</dt><dd>").number(n).raw("</dd></div>\n");
    }
    html.raw("</dl>\n<p>roadworthy ").raw(env!("CARGO_PKG_VERSION")).raw(". The exit code is ");
    html.number(usize::from(v.status().exit_code())).raw(".</p>\n</footer>\n");
}

/// Base 64 with padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let byte = |n: usize| u32::from(group.get(n).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for n in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * n)) as usize & 63];
            out.push(if n <= group.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("\u{ff}", "w78="),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }
}
