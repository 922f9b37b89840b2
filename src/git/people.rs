use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use super::id::CommitId;
use super::mailmap::Mailmap;
use super::object::{self, Commit};

/// Somebody who committed, or is named as co-author.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Identity {
    /// As in the newest commit, mapped by the mailmap.
    pub name: String,
    /// Mapped by the mailmap, lower-case; people without an address are told apart by name.
    pub email: String,
    /// Every name that was used, mapped or not.
    pub all_names: BTreeSet<String>,
    /// Every address that was used, mapped or not, lower-case.
    pub all_emails: BTreeSet<String>,
    /// Author time of the newest commit, in seconds since 1970. Nothing keeps an author from
    /// lying.
    pub last_time: i64,
    /// The newest commit by author time.
    pub last_commit: CommitId,
    /// How many commits this person wrote or helped to write.
    pub commits: u32,
}

/// Collects the authors of commits.
pub(super) struct Collector<'q> {
    mailmap: &'q Mailmap,
    people: Vec<Identity>,
    /// Mapped names; what [`Sight::name`] points into.
    names: Vec<String>,
    by_key: HashMap<(String, String), usize>,
    /// Whose a name and address are, as they stand in commits without an encoding.
    by_line: HashMap<Vec<u8>, Option<Sight>>,
}

/// Somebody's name and address were seen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Sight {
    person: usize,
    name: usize,
}

impl<'q> Collector<'q> {
    pub(super) fn new(mailmap: &'q Mailmap) -> Collector<'q> {
        let (people, names) = (Vec::new(), Vec::new());
        Collector { mailmap, people, names, by_key: HashMap::new(), by_line: HashMap::new() }
    }

    /// Counts a commit for its author and its co-authors, once for each.
    pub(super) fn see(&mut self, id: CommitId, commit: &Commit<'_>) {
        let time = object::seconds(commit.author).unwrap_or(commit.time);
        let author = self.find(person_part(commit.author), commit.encoding, id);
        let mut seen: Vec<Sight> = author.into_iter().collect();
        for line in co_authors(commit.message) {
            seen.extend(self.find(person_part(line), commit.encoding, id));
        }
        seen.sort_unstable();
        seen.dedup_by_key(|sight| sight.person);
        for sight in seen {
            let person = &mut self.people[sight.person];
            if person.commits == 0 || (person.last_time, person.last_commit) < (time, id) {
                (person.last_time, person.last_commit) = (time, id);
                person.name.clone_from(&self.names[sight.name]);
            }
            person.commits = person.commits.saturating_add(1);
        }
    }

    /// Everybody who was seen until now.
    pub(super) fn people(&self) -> &[Identity] {
        &self.people
    }

    /// Everybody, sorted by address, then by name.
    pub(super) fn finish(mut self) -> Vec<Identity> {
        self.people.sort_by(|a, b| (&a.email, &a.name).cmp(&(&b.email, &b.name)));
        self.people
    }

    fn find(&mut self, line: &[u8], encoding: &[u8], id: CommitId) -> Option<Sight> {
        let plain = encoding.is_empty();
        if plain && let Some(&known) = self.by_line.get(line) {
            return known;
        }
        let found = self.add(&decode(line, encoding), id);
        if plain {
            self.by_line.insert(line.to_vec(), found);
        }
        found
    }

    fn add(&mut self, line: &str, id: CommitId) -> Option<Sight> {
        let (own_name, own_email) = split(line);
        if own_name.is_empty() && own_email.is_empty() {
            return None;
        }
        let (name, email) = self.mailmap.map(own_name, own_email);
        let email = email.to_lowercase();
        let key =
            if email.is_empty() { (email.clone(), name.clone()) } else { (email.clone(), String::new()) };
        let people = &mut self.people;
        let at = *self.by_key.entry(key).or_insert_with(|| {
            people.push(Identity {
                name: name.clone(),
                email: email.clone(),
                all_names: BTreeSet::new(),
                all_emails: BTreeSet::new(),
                last_time: 0,
                last_commit: id,
                commits: 0,
            });
            people.len() - 1
        });
        let person = &mut people[at];
        let sight = Sight { person: at, name: self.names.len() };
        self.names.push(name.clone());
        person.all_names.extend([name, own_name.to_string()].into_iter().filter(|name| !name.is_empty()));
        person
            .all_emails
            .extend([email, own_email.to_lowercase()].into_iter().filter(|email| !email.is_empty()));
        Some(sight)
    }
}

/// `Name <address>` without the time behind it.
pub(super) fn person_part(line: &[u8]) -> &[u8] {
    match line.iter().rposition(|&b| b == b'>') {
        Some(end) => &line[..=end],
        None => line,
    }
}

/// Name and address, also of a line that lost a bracket.
pub(super) fn split(line: &str) -> (&str, &str) {
    let Some((name, rest)) = line.split_once('<') else { return (line.trim(), "") };
    let email = rest.split(['>', ' ', '<']).find(|part| !part.is_empty()).unwrap_or("");
    (name.trim(), email)
}

/// The values of `Co-authored-by:` lines in the last paragraph of a message.
pub(super) fn co_authors(message: &[u8]) -> impl Iterator<Item = &[u8]> {
    const KEY: &[u8] = b"co-authored-by:";
    message
        .trim_ascii_end()
        .rsplit(|&b| b == b'\n')
        .take_while(|line| !line.trim_ascii().is_empty())
        .filter(|line| line.get(..KEY.len()).is_some_and(|key| key.eq_ignore_ascii_case(KEY)))
        .map(|line| line[KEY.len()..].trim_ascii())
}

/// Text of a commit. Bytes that are not UTF-8 are read as Latin-1 when the commit says so or says
/// nothing, and replaced otherwise.
pub(super) fn decode<'t>(bytes: &'t [u8], encoding: &[u8]) -> Cow<'t, str> {
    let named = encoding.to_ascii_lowercase();
    let latin = matches!(
        &named[..],
        b"latin1" | b"latin-1" | b"iso-8859-1" | b"iso8859-1" | b"iso-8859-15" | b"windows-1252" | b"cp1252"
    );
    match std::str::from_utf8(bytes) {
        Ok(text) if !latin => Cow::Borrowed(text),
        _ if latin || encoding.is_empty() => bytes.iter().map(|&b| char::from(b)).collect::<String>().into(),
        _ => String::from_utf8_lossy(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_lost_a_bracket() {
        for (line, expected) in [
            ("Ann Lee <ann@x>", ("Ann Lee", "ann@x")),
            ("A <a@b 1", ("A", "a@b")),
            ("A <<a@b>>", ("A", "a@b")),
            ("Ann", ("Ann", "")),
            ("<a@b>", ("", "a@b")),
            ("A <>", ("A", "")),
            ("", ("", "")),
        ] {
            assert_eq!(split(line), expected, "{line}");
        }
    }

    #[test]
    fn co_authors_stand_in_the_last_paragraph() {
        let message = b"t\n\nCo-authored-by: No <no@x>\n\nSigned-off-by: S <s@x>\r\nco-AUTHORED-by: A <a@x>\r\nCo-authored-by:B <b@x>\n\n";
        let found: Vec<&[u8]> = co_authors(message).collect();
        assert_eq!(found, [&b"B <b@x>"[..], b"A <a@x>"]);
        assert_eq!(co_authors(b"").count(), 0);
    }

    #[test]
    fn latin_1_names() {
        assert_eq!(decode(b"J\xf6rg", b""), "Jörg");
        assert_eq!(decode(b"J\xf6rg", b"ISO-8859-1"), "Jörg");
        assert_eq!(decode("Jörg".as_bytes(), b""), "Jörg");
        assert_eq!(decode(b"J\xf6rg", b"KOI8-R"), "J\u{fffd}rg");
    }
}
