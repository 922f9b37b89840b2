//! The type of a scalar that is not quoted.

use crate::artifact::document::Scalar;

/// The type of a plain YAML scalar: the core schema of YAML 1.2, so `yes`, `no`, `on` and `off`
/// are text, and dates besides.
pub(super) fn plain(value: &str) -> Scalar {
    match value {
        "" | "~" | "null" | "Null" | "NULL" => return Scalar::Null,
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => return Scalar::Boolean,
        ".inf" | "-.inf" | "+.inf" | ".nan" | ".NaN" | ".Inf" => return Scalar::Float,
        _ => {}
    }
    if is_date(value) { Scalar::Date } else { number(value).unwrap_or(Scalar::String) }
}

/// [`Scalar::Integer`] or [`Scalar::Float`] for a number.
pub(super) fn number(value: &str) -> Option<Scalar> {
    let digits = value.strip_prefix(['-', '+']).unwrap_or(value);
    if let Some(hex) = digits.strip_prefix("0x") {
        return (!hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit())).then_some(Scalar::Integer);
    }
    if let Some(octal) = digits.strip_prefix("0o") {
        return (!octal.is_empty() && octal.bytes().all(|b| matches!(b, b'0'..=b'7')))
            .then_some(Scalar::Integer);
    }
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Scalar::Integer);
    }
    let starts = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    (starts && digits.parse::<f64>().is_ok()).then_some(Scalar::Float)
}

/// `2026-11-22`, also with one-digit parts and with a time behind it.
fn is_date(value: &str) -> bool {
    let mut parts = value.splitn(3, '-');
    let (Some(year), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let day = rest.find(|c: char| !c.is_ascii_digit()).map_or(rest, |end| &rest[..end]);
    let time = &rest[day.len()..];
    year.len() == 4
        && digits(year)
        && matches!(month.len(), 1 | 2)
        && digits(month)
        && matches!(day.len(), 1 | 2)
        && (time.is_empty() || time.starts_with(['T', 't', ' ']) && time.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_have_the_types_of_the_core_schema() {
        for (text, expected) in [
            ("on", Scalar::String),
            ("yes", Scalar::String),
            ("true", Scalar::Boolean),
            ("~", Scalar::Null),
            ("", Scalar::Null),
            ("007", Scalar::Integer),
            ("-0x1f", Scalar::Integer),
            ("3.5e-2", Scalar::Float),
            (".5", Scalar::Float),
            ("inf", Scalar::String),
            ("1.2.3", Scalar::String),
            ("2026-11-22", Scalar::Date),
            ("2026-1-2", Scalar::Date),
            ("2026-11-22T10:00:00Z", Scalar::Date),
            ("2026-11-22 ish", Scalar::String),
            ("2026-Q4-1", Scalar::String),
            ("p95 < 200 ms", Scalar::String),
        ] {
            assert_eq!(plain(text), expected, "{text}");
        }
    }
}
