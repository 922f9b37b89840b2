//! A strict reader of the page: stricter than a browser, which forgives.

use std::collections::BTreeSet;

/// An element's start.
#[derive(Debug)]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
}

/// What a page holds.
#[derive(Default, Debug)]
pub(crate) struct Page {
    pub(crate) tags: Vec<Tag>,
    /// All text outside of `style`, entities resolved, with a space behind most elements.
    pub(crate) text: String,
    /// The text inside of `style`.
    pub(crate) style: String,
}

const VOID: [&str; 2] = ["meta", "br"];
const TAGS: &str = "html head meta title style body a header main section footer h1 h2 h3 h4 p span strong code \
                    mark pre br dl div dt dd ol ul li table thead tbody tr th td details summary article figure \
                    figcaption bdi";
const ATTRIBUTES: &str = "lang charset http-equiv content name class id href scope role tabindex aria-label aria-labelledby aria-hidden open";

/// Reads a page. Panics unless every tag is known, closed and nested, every attribute known and
/// quoted, and every `&` an entity.
#[track_caller]
pub(crate) fn read(html: &str) -> Page {
    let mut rest = html.strip_prefix("<!DOCTYPE html>").expect("a document type");
    let mut page = Page::default();
    let mut open: Vec<String> = Vec::new();
    while let Some(at) = rest.find('<') {
        let inside = &rest[..at];
        if open.last().is_some_and(|tag| tag == "style") {
            page.style.push_str(inside);
        } else {
            page.text.push_str(&resolved(inside));
        }
        let end = rest[at..].find('>').expect("a tag ends") + at;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "closed in the wrong order");
            if !["code", "mark", "a", "strong", "bdi"].contains(&name) {
                page.text.push(' ');
            }
            continue;
        }
        let tag = start(tag);
        if !VOID.contains(&tag.name.as_str()) {
            open.push(tag.name.clone());
        }
        page.tags.push(tag);
    }
    assert!(open.is_empty() && rest == "\n", "{open:?} {rest:?}");
    page
}

#[track_caller]
fn start(tag: &str) -> Tag {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    assert!(TAGS.split_whitespace().any(|known| known == name), "<{tag}>");
    let mut attributes = Vec::new();
    while !rest.is_empty() {
        let end = rest.find([' ', '=']).unwrap_or(rest.len());
        let name = &rest[..end];
        assert!(ATTRIBUTES.split_whitespace().any(|known| known == name), "<{tag}>");
        let mut value = "";
        rest = &rest[end..];
        if let Some(behind) = rest.strip_prefix("=\"") {
            let (inside, behind) = behind.split_once('"').expect("a quoted value");
            (value, rest) = (inside, behind);
        }
        attributes.push((name.to_string(), resolved(value)));
        rest = rest.strip_prefix(' ').unwrap_or(rest);
    }
    Tag { name: name.to_string(), attributes }
}

/// Text with its entities resolved. Panics at one that the page does not use.
#[track_caller]
fn resolved(text: &str) -> String {
    assert!(!text.contains('>'), "{text:?}");
    let mut out = String::new();
    let mut pieces = text.split('&');
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let (entity, behind) = piece.split_once(';').expect("an entity ends");
        out.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "#39" => '\'',
            "#35" => '#',
            "#58" => ':',
            "#9" => '\t',
            other => panic!("&{other};"),
        });
        out.push_str(behind);
    }
    out
}

impl Page {
    /// The values of an attribute, in the order of the page.
    pub(crate) fn values(&self, attribute: &str) -> Vec<&str> {
        let all = self.tags.iter().flat_map(|tag| &tag.attributes);
        all.filter(|(name, _)| name == attribute).map(|(_, value)| value.as_str()).collect()
    }

    /// How many elements have a class.
    pub(crate) fn count(&self, class: &str) -> usize {
        self.values("class").iter().filter(|value| value.split(' ').any(|one| one == class)).count()
    }

    /// Panics unless ids are unique, and every link and label leads to one of them.
    #[track_caller]
    pub(crate) fn assert_linked(&self) {
        let ids = self.values("id");
        let known: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(known.len(), ids.len(), "an id is there twice: {ids:?}");
        for link in self.values("href") {
            let id = link.strip_prefix('#').unwrap_or_else(|| panic!("{link} leads out of the page"));
            assert!(known.contains(id), "{link} leads nowhere");
        }
        for id in self.values("aria-labelledby") {
            assert!(known.contains(id), "no label {id}");
        }
    }
}
