//! Files of the snapshot, each read once.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::artifact::document::{Document, Format};
use crate::artifact::read;
use crate::diag::{Origin, RepoPath, SourceId, Sources};
use crate::git::{Content, Error, Snapshot};
use crate::words::Names;

/// What became of a file.
#[derive(Clone, Debug)]
pub enum Loaded {
    /// A text in a format we know.
    Text(SourceId, Format),
    /// A text in no format we know.
    Plain(SourceId),
    /// Not a text, with the state's sentence.
    Other(Content),
}

/// The files read so far.
#[derive(Default, Debug)]
pub struct Texts {
    loaded: HashMap<RepoPath, Loaded, Names>,
    /// Those that were parsed to be looked at more than once.
    documents: BTreeMap<SourceId, Arc<Document>>,
}

impl Texts {
    /// The file at `path`, read on first use.
    ///
    /// # Errors
    /// When Git cannot give the object: what cannot be read cannot be judged.
    pub fn load(
        &mut self,
        snapshot: &Snapshot<'_>,
        sources: &mut Sources,
        path: &RepoPath,
    ) -> Result<Loaded, Error> {
        if let Some(found) = self.loaded.get(path) {
            return Ok(found.clone());
        }
        let loaded = match snapshot.read(path.as_bytes())? {
            Content::Text(text) => {
                let format = read::format_of(path.as_bytes(), &text);
                let source = sources.add(Origin::Repository(path.clone()), text);
                format.map_or(Loaded::Plain(source), |format| Loaded::Text(source, format))
            }
            other => Loaded::Other(other),
        };
        self.loaded.insert(path.clone(), loaded.clone());
        Ok(loaded)
    }

    /// The document of a text, parsed on first use and kept.
    pub fn document(
        &mut self,
        sources: &Sources,
        path: &RepoPath,
        (source, format): (SourceId, Format),
    ) -> Arc<Document> {
        let read = || Arc::new(document(sources, path, (source, format)));
        Arc::clone(self.documents.entry(source).or_insert_with(read))
    }
}

/// Parses a text that was loaded.
pub(super) fn document(sources: &Sources, path: &RepoPath, (source, format): (SourceId, Format)) -> Document {
    read::read_in(format, source, path.as_bytes(), &sources.get(source).text)
}
