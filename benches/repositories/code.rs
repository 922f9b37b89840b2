//! Code for the generated repositories.

use super::stream::Numbers;

/// A piece of code: one line changes with each version.
pub(crate) fn code(path: &str, version: usize) -> String {
    use std::fmt::Write as _;
    let mut numbers = Numbers(path.len() as u64);
    let mut text = format!("\"\"\"{path}\"\"\"\n\nimport pandas as pd\n\n\n");
    for step in 0..20 + numbers.below(40) {
        let factor = if step == version % 20 { version } else { numbers.below(1000) };
        writeln!(text, "def step_{step:02}(frame: pd.DataFrame) -> pd.Series:\n    return frame[\"column_{step}\"] * {factor}\n")
            .expect("a string takes all text");
    }
    text
}

/// Code as teams write it: it imports, tests, and asks databases; every twelfth file names data, which the
/// model's data-sharing policy lists.
pub(crate) fn telling_code(path: &str, version: usize) -> String {
    use std::fmt::Write as _;
    let nth: usize = path.bytes().filter(u8::is_ascii_digit).fold(0, |n, b| 10 * n + usize::from(b - b'0'));
    if path.ends_with(".sql") {
        return format!(
            "-- version {version}\nselect contract_month, count(*)\nfrom crm.contract_month\ngroup by 1;\n"
        );
    }
    let mut numbers = Numbers(nth as u64);
    let mut text = format!(
        "\"\"\"Part {nth} of {path}.\"\"\"\n\nfrom __future__ import annotations\n\nimport logging\n\nimport numpy as np\nimport pandas as pd\nfrom sklearn.pipeline import Pipeline\n\nlog = logging.getLogger(__name__)\n\n"
    );
    if path.starts_with("tests/") {
        text.push_str("from src.features import part_000\n\n");
    }
    if nth.is_multiple_of(12) {
        text.push_str("QUERY = \"\"\"\n    select id, contract_month\n    from crm.contract_month\n    where id = %s\n\"\"\"\n\n");
    }
    for step in 0..8 + numbers.below(24) {
        let factor = if step == version % 8 { version } else { numbers.below(1000) };
        let check = if path.starts_with("tests/") {
            "assert result.notna().all()"
        } else {
            "log.info(\"step done\")"
        };
        writeln!(text, "def step_{step:02}(frame: pd.DataFrame, limit: float = {factor}) -> pd.Series:\n    # Outliers are cut before the join.\n    result = frame[\"column_{step}\"].clip(upper=limit).fillna(0.0)\n    if result.empty:\n        raise ValueError(\"nothing is left of column_{step}\")\n    {check}\n    return result / np.sqrt({factor} + 1)\n")
            .expect("a string takes all text");
    }
    text
}
