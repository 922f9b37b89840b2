//! The trees that an index was written as: the extension `TREE`.

use crate::git::id::ObjectId;

/// Folders of the index, those above before those below.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::git) struct CacheTree {
    nodes: Vec<Node>,
}

/// A folder, by its place among all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NodeId(usize);

#[derive(Debug, PartialEq, Eq)]
struct Node {
    name: Box<[u8]>,
    /// How many entries the folder holds, those of folders below included, and the tree they make;
    /// `None` when one of them changed since.
    written: Option<(usize, ObjectId)>,
    /// Behind the folder and everything below it.
    end: usize,
}

/// A folder whose subfolders are still to be read.
struct Open {
    node: usize,
    left: usize,
}

impl CacheTree {
    /// The folder at the top.
    pub(super) const ROOT: NodeId = NodeId(0);

    /// Reads the extension; `None` when it is malformed.
    pub(super) fn parse(mut data: &[u8]) -> Option<CacheTree> {
        let mut tree = CacheTree { nodes: Vec::new() };
        let mut open: Vec<Open> = Vec::new();
        loop {
            let (node, below, rest) = node(data)?;
            if node.name.is_empty() != tree.nodes.is_empty() {
                return None;
            }
            data = rest;
            open.push(Open { node: tree.nodes.len(), left: below });
            tree.nodes.push(node);
            while let Some(done) = open.pop_if(|open| open.left == 0) {
                tree.nodes[done.node].end = tree.nodes.len();
            }
            match open.last_mut() {
                Some(parent) => parent.left -= 1,
                None => return data.is_empty().then_some(tree),
            }
        }
    }

    /// How many entries a folder holds, and the tree that they were written as, if they were.
    pub(super) fn written(&self, folder: NodeId) -> Option<(usize, ObjectId)> {
        self.nodes.get(folder.0)?.written
    }

    /// The folders in a folder, with their names.
    pub(super) fn below(&self, folder: NodeId) -> impl Iterator<Item = (&[u8], NodeId)> {
        let end = self.nodes.get(folder.0).map_or(0, |node| node.end);
        let mut next = folder.0 + 1;
        std::iter::from_fn(move || {
            let at = next;
            let node = self.nodes.get(at).filter(|_| at < end)?;
            next = node.end;
            Some((&node.name[..], NodeId(at)))
        })
    }
}

/// A folder, the number of folders in it, and what follows: name, zero, two numbers, and the tree unless
/// the first number is negative.
fn node(data: &[u8]) -> Option<(Node, usize, &[u8])> {
    let zero = data.iter().position(|&b| b == 0)?;
    let (name, rest) = (&data[..zero], &data[zero + 1..]);
    let line = rest.iter().position(|&b| b == b'\n')?;
    let (numbers, mut rest) = (std::str::from_utf8(&rest[..line]).ok()?, &rest[line + 1..]);
    let (entries, below) = numbers.split_once(' ')?;
    let (entries, below) = (entries.parse::<i64>().ok()?, below.parse::<usize>().ok()?);
    let mut written = None;
    if let Ok(entries) = usize::try_from(entries) {
        written = Some((entries, ObjectId::from_slice(rest)?));
        rest = &rest[20..];
    }
    Some((Node { name: name.into(), written, end: 0 }, below, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_what_is_in_them() {
        let mut data = b"\x00-1 2\na\x007 1\n".to_vec();
        data.extend([1; 20]);
        data.extend(b"b\x003 0\n");
        data.extend([2; 20]);
        data.extend(b"c\x00-1 0\n");
        let tree = CacheTree::parse(&data).unwrap();
        let names = |node| tree.below(node).map(|(name, _)| name.to_vec()).collect::<Vec<_>>();
        assert_eq!(names(CacheTree::ROOT), [b"a", b"c"]);
        assert_eq!(tree.written(CacheTree::ROOT), None);
        let (_, a) = tree.below(CacheTree::ROOT).next().unwrap();
        assert_eq!(tree.written(a), Some((7, ObjectId([1; 20]))));
        assert_eq!(names(a), [b"b"]);
        for cut in 0..data.len() {
            assert!(CacheTree::parse(&data[..cut]).is_none(), "{cut}");
        }
        assert!(CacheTree::parse(&[&data[..], b"d\x00-1 0\n"].concat()).is_none());
        assert!(CacheTree::parse(b"a\x00-1 0\n").is_none());
        assert!(CacheTree::parse(b"\x00-1 99999999999999999999\n").is_none());
    }
}
