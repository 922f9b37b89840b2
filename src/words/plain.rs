//! Terms as people write them without accents: `retencion`, `Massnahmen`, `donnees`.

/// Terms with fewer letters have no such spelling: `é` is not `e`, `où` is not `ou`.
const LEAST_LETTERS: usize = 6;

/// The spelling of `term` without accents and umlauts (`ä` as `ae`, `ß` as `ss`), when it is long
/// enough to mean the same, and another one.
pub(super) fn without_accents(term: &str) -> Option<String> {
    if term.is_ascii() || term.chars().filter(|c| c.is_alphabetic()).count() < LEAST_LETTERS {
        return None;
    }
    let mut plain = String::with_capacity(term.len());
    for c in term.chars() {
        match base(c) {
            Some(letters) => plain.push_str(letters),
            None => plain.push(c),
        }
    }
    (plain != term).then_some(plain)
}

fn base(c: char) -> Option<&'static str> {
    Some(match c {
        'á' | 'à' | 'â' | 'ã' | 'å' => "a",
        'ç' => "c",
        'é' | 'è' | 'ê' | 'ë' => "e",
        'í' | 'ì' | 'î' | 'ï' => "i",
        'ñ' => "n",
        'ó' | 'ò' | 'ô' | 'õ' => "o",
        'ú' | 'ù' | 'û' => "u",
        'ä' => "ae",
        'ö' => "oe",
        'ü' => "ue",
        'ß' => "ss",
        'œ' => "oe",
        'ё' => "е",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::without_accents;

    #[test]
    fn long_terms_have_a_plain_spelling() {
        assert_eq!(without_accents("maßnahme*").as_deref(), Some("massnahme*"));
        assert_eq!(without_accents("=retención").as_deref(), Some("=retencion"));
        assert_eq!(without_accents("nächste überprüfung").as_deref(), Some("naechste ueberpruefung"));
        assert_eq!(without_accents("retention"), None);
        assert_eq!(without_accents("où"), None);
        assert_eq!(without_accents("não"), None);
    }
}
