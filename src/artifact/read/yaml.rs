//! YAML: leaves with their paths, comments, a title. Aliases and merge keys are expanded.

use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

use super::out::{Out, Point, Trail, hash_comments, trim};
use super::yaml_tree::{Item, Kind, Tree};
use super::{scalar, yaml_lines};
use crate::artifact::document::Scalar;

/// Deepest nesting, aliases expanded.
const DEEPEST: usize = 200;
/// The most steps, aliases expanded.
const MOST_STEPS: usize = 1_000_000;

/// Reads a whole text.
pub(super) fn read(out: &mut Out<'_>) {
    let range = 0..out.text.len();
    let tree = nodes(out, range.clone());
    let skip: Vec<_> = tree
        .items
        .iter()
        .filter(|item| matches!(item.kind, Kind::Scalar { .. }) && !item.range.is_empty())
        .map(|item| item.range.clone())
        .collect();
    hash_comments(out, range, &skip, true);
    out.doc.units.sort_by_key(|unit| (unit.span.start, unit.span.end));
    out.title_from_nodes();
}

/// Reads the leaves of `range`. Where the syntax is broken, the rest is read line by line.
pub(super) fn nodes<'a>(out: &mut Out<'a>, range: Range<usize>) -> Tree<'a> {
    let tree = Tree::parse(out.text, range.clone());
    let mut walk = Walk { tree: &tree, trail: Trail::default(), frames: Vec::new(), steps: 0 };
    for (number, &root) in tree.roots.iter().enumerate() {
        walk.trail = Trail::default();
        walk.trail.place.push(u32::try_from(number).unwrap_or(u32::MAX));
        let start = tree.items[root].range.start;
        walk.document(out, root, start..start);
    }
    if let Some((at, message)) = &tree.error {
        let end = out.text[*at..range.end].find('\n').map_or(range.end, |n| at + n);
        out.fail(*at..end, message.clone());
        let read = tree.items.iter().filter(|i| matches!(i.kind, Kind::Scalar { .. }));
        let from = read.map(|item| item.range.end).max().unwrap_or(range.start);
        yaml_lines::nodes(out, range, from);
    }
    tree
}

/// What a frame still has to visit.
struct Frame<'t> {
    item: usize,
    next: usize,
    /// In the second round, a map's merge keys are visited.
    merging: bool,
    /// Keys of the map that this one is merged into: they win.
    hidden: Option<Rc<BTreeSet<&'t str>>>,
    /// A list of maps behind a merge key is no list of the text.
    transparent: bool,
    point: Point,
    key: Range<usize>,
}

struct Walk<'t, 'a> {
    tree: &'t Tree<'a>,
    trail: Trail,
    frames: Vec<Frame<'t>>,
    steps: usize,
}

impl<'t, 'a> Walk<'t, 'a> {
    fn document(&mut self, out: &mut Out<'a>, root: usize, key: Range<usize>) {
        self.visit(out, root, key, None, false);
        while let Some(mut frame) = self.frames.pop() {
            self.trail.back(frame.point);
            self.steps += 1;
            if self.steps > MOST_STEPS || out.full() {
                let at = self.tree.items[root].range.start;
                out.fail(at..at, "the aliases expand to too many entries; the rest is not read");
                self.frames.clear();
                return;
            }
            match &self.tree.items[frame.item].kind {
                Kind::List(children) => {
                    let Some(&child) = children.get(frame.next) else { continue };
                    let (key, hidden, merge) = (frame.key.clone(), frame.hidden.clone(), frame.transparent);
                    if !merge {
                        self.trail.element(frame.next);
                    }
                    frame.next += 1;
                    self.frames.push(frame);
                    self.visit(out, child, key, hidden.filter(|_| merge), merge);
                }
                Kind::Map(children) => self.entry(out, frame, children),
                _ => {}
            }
        }
    }

    /// Visits the next entry of a map and puts its frame back.
    fn entry(&mut self, out: &mut Out<'a>, mut frame: Frame<'t>, children: &'t [usize]) {
        let (Some(&key), Some(&value)) = (children.get(frame.next), children.get(frame.next + 1)) else {
            let merges = (0..children.len()).step_by(2).any(|at| self.is_merge(children[at]));
            if !frame.merging && merges {
                let mut hidden = frame.hidden.as_deref().cloned().unwrap_or_default();
                hidden.extend(children.iter().step_by(2).filter_map(|&key| self.key_text(key)));
                self.steps += children.len();
                frame.hidden = Some(Rc::new(hidden));
                (frame.merging, frame.next) = (true, 0);
                self.frames.push(frame);
            }
            return;
        };
        frame.next += 2;
        let (merging, hidden, own_key) = (frame.merging, frame.hidden.clone(), frame.key.clone());
        self.frames.push(frame);
        if self.is_merge(key) {
            if merging {
                self.visit(out, value, own_key, hidden, true);
            }
            return;
        }
        let name = self.key_text(key).unwrap_or("?");
        if merging || hidden.is_some_and(|hidden| hidden.contains(name)) {
            return;
        }
        self.trail.key(name);
        self.visit(out, value, self.tree.items[key].range.clone(), None, false);
    }

    /// Keeps a leaf, or puts a frame for what is inside.
    fn visit(
        &mut self,
        out: &mut Out<'a>,
        item: usize,
        key: Range<usize>,
        hidden: Option<Rc<BTreeSet<&'t str>>>,
        merge: bool,
    ) {
        let item = match self.tree.items[item].kind {
            Kind::Alias(id) => self.tree.anchor(id).unwrap_or(item),
            _ => item,
        };
        let found = &self.tree.items[item];
        let empty = match &found.kind {
            Kind::Scalar { .. } => return self.leaf(out, item, key),
            Kind::Alias(_) => return,
            Kind::List(children) | Kind::Map(children) => children.is_empty(),
        };
        let range = trim(out.text, found.range.clone());
        let template = matches!(found.kind, Kind::Map(_)) && out.text[range.clone()].starts_with("{{");
        if template {
            let value = out.text[range.clone()].to_string();
            out.node(self.trail.at(key), value, Scalar::String, range);
        } else if empty {
            if !merge {
                out.node(self.trail.at(key), String::new(), Scalar::Empty, range);
            }
        } else if self.frames.len() >= DEEPEST {
            out.fail(range, format!("nested deeper than {DEEPEST} levels"));
        } else {
            let point = self.trail.point();
            let frame = Frame { item, next: 0, merging: false, hidden, transparent: merge, point, key };
            self.frames.push(frame);
        }
    }

    fn leaf(&self, out: &mut Out<'a>, item: usize, key: Range<usize>) {
        let Item { kind: Kind::Scalar { value, plain, quoted }, range } = &self.tree.items[item] else {
            return;
        };
        let kind = if *plain { scalar::plain(value) } else { Scalar::String };
        let range = match quoted {
            true if range.len() >= 2 => range.start + 1..range.end - 1,
            _ if value.is_empty() => behind_key(out.text, &key),
            _ => trim(out.text, range.clone()),
        };
        out.node(self.trail.at(key), value.trim_end().to_string(), kind, range);
    }

    fn is_merge(&self, key: usize) -> bool {
        matches!(&self.tree.items[key].kind, Kind::Scalar { value, plain: true, .. } if value == "<<")
    }

    fn key_text(&self, key: usize) -> Option<&'t str> {
        let tree = self.tree;
        let key = match tree.items[key].kind {
            Kind::Alias(id) => tree.anchor(id)?,
            _ => key,
        };
        match &tree.items[key].kind {
            Kind::Scalar { value, .. } => Some(value),
            _ => None,
        }
    }
}

/// The empty range behind a key and its colon.
fn behind_key(text: &str, key: &Range<usize>) -> Range<usize> {
    let rest = &text[key.end..];
    let colon = rest.trim_start_matches([' ', '\t']);
    let at = match colon.starts_with(':') {
        true => key.end + (rest.len() - colon.len()) + 1,
        false => key.end,
    };
    at..at
}
