//! Exceptions: `[[waiver]]` tables.

use chrono::NaiveDate;

use super::fields::Fields;
use super::mistakes::{At, Mistakes};
use crate::artifact::types::{self, Reading, Value, ValueType};
use crate::diag::Span;
use crate::words::Words;

/// A `[[waiver]]` table.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The rule that is waived.
    pub rule: At<String>,
    /// The model it is waived for; `None` means every model.
    pub model: Option<At<String>>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub approved_by: String,
    /// The last day on which it holds.
    pub expires: At<NaiveDate>,
    /// The whole table.
    pub span: Span,
}

/// Reads a `[[waiver]]` table.
pub(super) fn read(mut fields: Fields<'_>, words: &Words, mistakes: &mut Mistakes) -> Option<Waiver> {
    let span = fields.span();
    let rule = fields.required("rule", mistakes);
    let model = fields.string("model", mistakes);
    let reason = fields.required("reason", mistakes);
    let approved_by = fields.required("approved_by", mistakes);
    let dated = fields.key_span("expires").is_some();
    let expires = date(&mut fields, "expires", mistakes);
    if !dated {
        mistakes.add(
            "missing-key",
            span,
            "[[waiver]] has no `expires`",
            "a waiver ends: add `expires = 2026-12-31`",
        );
    }
    fields.finish(mistakes);
    let reason = reason.filter(|reason| is_reason(reason, words, mistakes));
    let help = "a waiver is approved by a person, such as `Grace Hopper <grace@corp.example>`";
    let approved_by = approved_by.filter(|text| person(text, words, help, mistakes).is_some());
    Some(Waiver {
        rule: rule?,
        model,
        reason: reason?.value,
        approved_by: approved_by?.value,
        expires: expires?,
        span,
    })
}

/// The day that a key states, or a mistake.
pub(super) fn date(
    fields: &mut Fields<'_>,
    key: &'static str,
    mistakes: &mut Mistakes,
) -> Option<At<NaiveDate>> {
    let text = fields.date_text(key, mistakes)?;
    match NaiveDate::parse_from_str(text.value.get(..10).unwrap_or(&text.value), "%Y-%m-%d") {
        Ok(date) if text.value.len() == 10 => Some(At { value: date, span: text.span }),
        // What TOML takes for a date and is none comes without a value, and was reported.
        _ if text.value.is_empty() && text.span.end - text.span.start > 2 => None,
        _ => {
            let message = format!("`{}` is not a date", text.value);
            mistakes.add("bad-date", text.span, message, "write it as 2026-12-31");
            None
        }
    }
}

/// False, and a mistake, for a reason that nobody wrote.
fn is_reason(reason: &At<String>, words: &Words, mistakes: &mut Mistakes) -> bool {
    let text = reason.value.trim();
    let open = types::is_placeholder(text, words) || text.starts_with('<') && text.ends_with('>');
    if open {
        let message = "the waiver's reason is still a placeholder";
        mistakes.add("empty-value", reason.span, message, "say why in a sentence");
    }
    !open
}

/// The person that a text names, or a mistake.
pub(super) fn person(
    text: &At<String>,
    words: &Words,
    help: &str,
    mistakes: &mut Mistakes,
) -> Option<At<Value>> {
    match types::read(ValueType::Person, &text.value, words) {
        Reading::Found(found) => Some(At { value: found.value, span: text.span }),
        _ => {
            mistakes.add("not-a-person", text.span, format!("`{}` is not a person", text.value), help);
            None
        }
    }
}
