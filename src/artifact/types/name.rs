//! Names of people: what a few words must look like to be one.

use super::NotA;
use crate::text::{has_cjk, is_cjk};
use crate::words::{Word, Words};
use std::ops::Range;

/// Words of a name, particles and initials included.
const LONGEST: usize = 6;

/// A name, or why the words are none.
pub(super) type Verdict = Result<String, NotA>;

/// Reads a piece of text that holds one name and nothing else: honorifics and titles behind the name
/// are cut off. A single word is [`NotA::SingleWord`] here; the caller knows what stands beside it.
pub(super) fn name(piece: &str, words: &Words) -> Verdict {
    let piece = piece.trim_matches(|c: char| c.is_whitespace() || "*_`\"'“”‘’„«»!".contains(c));
    let piece = piece.strip_suffix('.').filter(|rest| !ends_in_initial(rest)).unwrap_or(piece);
    if piece.is_empty() || piece.contains(['`', '_', '=', '@', '#', '\\']) || piece.contains(char::is_numeric)
    {
        return Err(NotA::NotAName);
    }
    if has_cjk(piece) {
        return cjk_name(piece, words);
    }
    let mut tokens: Vec<&str> = piece.split_whitespace().take(LONGEST + 4).collect();
    let before = tokens.len();
    while let [first, rest @ ..] = tokens.as_slice()
        && !rest.is_empty()
        && words.holds("honorifics", &plain(first))
    {
        tokens = rest.to_vec();
    }
    let honoured = tokens.len() < before;
    while let [rest @ .., last] = tokens.as_slice()
        && !rest.is_empty()
        && words.holds("post_nominals", &plain(last))
    {
        tokens = rest.to_vec();
    }
    if tokens.len() > LONGEST {
        return Err(fault(&tokens, words).unwrap_or(NotA::NotAName));
    }
    if let Some(fault) = fault(&tokens, words) {
        return Err(fault);
    }
    if words.covers("fictional_people", &tokens.join(" ")) {
        return Err(NotA::Placeholder);
    }
    shape(&tokens, honoured, words)
}

fn plain(token: &str) -> String {
    token.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

/// `Kovalevskaya S. V`: the dot behind belongs to the initial.
fn ends_in_initial(piece: &str) -> bool {
    piece.split_whitespace().next_back().is_some_and(|word| word.chars().count() <= 2)
}

/// A word that no name holds.
fn fault(tokens: &[&str], words: &Words) -> Option<NotA> {
    let lower: Vec<Word> = tokens.iter().map(|token| Word::new(plain(token))).collect();
    let joined = lower.iter().filter(|word| word.as_str().contains('-'));
    let parts: Vec<Word> =
        joined.flat_map(|word| word.as_str().split('-')).map(|part| Word::new(part.to_string())).collect();
    let any = |list: &str| words.holds_any(list, lower.iter().chain(&parts));
    let soft = |word: &Word| {
        let among = |list: &str| words.holds_any(list, std::iter::once(word));
        word.as_str().is_empty() || among("name_soft") || among("filler_tokens") || among("name_particles")
    };
    if any("team_tokens") {
        Some(NotA::Team)
    } else if any("org_tokens") {
        Some(NotA::Organisation)
    } else if any("role_tokens") {
        Some(NotA::Role)
    } else {
        let common = any("name_never")
            || lower.iter().all(soft)
            || lower.iter().any(|word| is_noun(word.as_str(), words));
        common.then_some(NotA::NotAName)
    }
}

/// A long word with a noun's ending.
fn is_noun(token: &str, words: &Words) -> bool {
    token.chars().count() >= 8
        && !words.holds("given_names", token)
        && words.list("noun_endings").is_some_and(|list| list.terms().any(|end| token.ends_with(end)))
}

fn shape(tokens: &[&str], honoured: bool, words: &Words) -> Verdict {
    let (mut full, mut initials) = (0, 0);
    for (index, token) in tokens.iter().enumerate() {
        if index > 0 && words.holds("name_particles", &token.to_lowercase())
            || words.holds("name_particles", token) && tokens.len() > 1
        {
            continue;
        }
        match token_kind(token, words) {
            Some(Part::Full) => full += 1,
            Some(Part::Initial) => initials += 1,
            None => return Err(NotA::NotAName),
        }
    }
    match (full, initials) {
        (0, _) => Err(NotA::NotAName),
        (1, 0) if !honoured || tokens[0].chars().count() < 3 => Err(NotA::SingleWord),
        _ => Ok(tokens.join(" ")),
    }
}

enum Part {
    Full,
    Initial,
}

/// A capitalised word, an all-capital word, an initial, or a word of a script without capitals.
fn token_kind(token: &str, words: &Words) -> Option<Part> {
    let core = token.trim_end_matches(['.', ',']);
    if core.is_empty() || core.chars().count() > 40 {
        return None;
    }
    let joined = |c: char| matches!(c, '\'' | '’' | '-' | '‐' | '.' | '·');
    if !core.chars().all(|c| c.is_alphabetic() || joined(c) || is_mark(c)) {
        return None;
    }
    let parts: Vec<&str> = core.split(joined).filter(|part| !part.is_empty()).collect();
    let first = parts.first()?;
    let prefixed = parts.len() > 1
        && (words.holds("name_particles", first) || first.chars().count() <= 2 && core.contains(['\'', '’']));
    let started = parts.iter().any(|part| part.starts_with(char::is_uppercase));
    let caseless = core.chars().filter(|c| c.is_alphabetic()).all(|c| !c.is_uppercase() && !c.is_lowercase());
    let sound = caseless || first.starts_with(char::is_uppercase) || prefixed && started;
    if !sound || parts.iter().any(|part| is_camel(part)) {
        return None;
    }
    let longest = parts.iter().map(|part| part.chars().count()).max().unwrap_or(0);
    let initial = longest == 1 || token.ends_with('.') && longest <= 2;
    Some(if initial { Part::Initial } else { Part::Full })
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}' | '\u{e30}'..='\u{e4e}' | '\u{200c}' | '\u{200d}')
}

/// `PagerDuty`, `gitHub`: a capital inside, and no Scottish or Dutch name (`McGregor`, `VanDyke`).
fn is_camel(part: &str) -> bool {
    let small = part.find(char::is_lowercase);
    let inner = part
        .char_indices()
        .skip(1)
        .filter(|(_, c)| c.is_uppercase())
        .map(|(at, _)| at)
        .find(|at| small < Some(*at));
    small.is_some() && inner.is_some_and(|at| at > 4)
}

/// A Chinese, Japanese or Korean name: a known family name and one to three characters more, or two
/// parts in katakana (`エイダ・ラブレス`).
fn cjk_name(piece: &str, words: &Words) -> Verdict {
    let mut core = piece.trim();
    if let Some(list) = words.list("honorific_tails") {
        let tail = list.terms().find_map(|tail| core.strip_suffix(tail));
        core = tail.filter(|rest| rest.chars().count() > 1).map_or(core, str::trim);
    }
    let compact: String = core.chars().filter(|c| !matches!(c, ' ' | '\u{3000}' | '・' | '·')).collect();
    if words.covers("fictional_people", core) || words.covers("fictional_people", &compact) {
        return Err(NotA::Placeholder);
    }
    if !compact.chars().all(is_cjk) {
        return Err(NotA::NotAName);
    }
    if words.occurs("cjk_not_names", &compact) {
        let team = words.occurs("team_tokens", &compact);
        return Err(if team { NotA::Team } else { NotA::Role });
    }
    let length = compact.chars().count();
    let katakana = |c: char| matches!(c, '\u{30a0}'..='\u{30ff}');
    let joined = core.contains(['・', '·']);
    let foreign = joined
        && (3..=16).contains(&length)
        && core.split(['・', '·']).all(|part| part.trim().chars().count() >= 1);
    if foreign && (compact.chars().all(katakana) || core.contains('·')) {
        return Ok(core.to_string());
    }
    let family = words.list("cjk_surnames").and_then(|list| {
        list.terms().filter(|name| compact.starts_with(name)).map(|name| name.chars().count()).max()
    });
    let hangul = compact.starts_with(|c: char| matches!(c, '\u{ac00}'..='\u{d7af}'));
    let sound = match family {
        None => false,
        Some(family) if hangul => length == family + 2,
        Some(1) => (2..=3).contains(&length) || core.contains(' ') && length == 4,
        Some(family) => (family + 1..=family + 3).contains(&length),
    };
    if sound { Ok(core.to_string()) } else { Err(NotA::NotAName) }
}

/// The pieces of `text` between separators, with their ranges; the flag says "in brackets".
pub(super) fn pieces(text: &str) -> Vec<(Range<usize>, bool)> {
    let mut found = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    let mut put = |range: Range<usize>, depth: usize| {
        if !text[range.clone()].trim().is_empty() {
            found.push((range, depth > 0));
        }
    };
    for (at, c) in text.char_indices() {
        let next = text[at + c.len_utf8()..].chars().next();
        let before = text[..at].chars().next_back();
        let spaced = before.is_none_or(char::is_whitespace) && next.is_none_or(char::is_whitespace);
        let cut = match c {
            '(' | '[' | '（' | '【' | ')' | ']' | '）' | '】' => true,
            ',' | ';' | '/' | '|' | '•' | '→' | '、' | '，' | '；' | '：' | ':' | '&' | '<' | '>' | '\n'
            | '\t' | '+' | '。' | '—' | '–' | '“' | '”' | '"' | '!' | '?' | '…' => true,
            '・' | '·' => !(before.is_some_and(is_cjk) && next.is_some_and(is_cjk)),
            '-' => spaced,
            '.' => next.is_none_or(char::is_whitespace) && ends_sentence(&text[start..at]),
            _ => false,
        };
        if cut {
            put(start..at, depth);
            start = at + c.len_utf8();
            match c {
                '(' | '[' | '（' | '【' => depth += 1,
                ')' | ']' | '）' | '】' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
    }
    put(start..text.len(), depth);
    found
}

/// A dot behind a word of four letters or more ends a sentence; `J.`, `Dr.`, `Prof.` do not.
fn ends_sentence(piece: &str) -> bool {
    let last = piece.split_whitespace().next_back().unwrap_or_default();
    last.chars().count() >= 4 && last != "Prof" && last != "Dipl" && !last.contains('.')
}
