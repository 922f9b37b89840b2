//! Files of the snapshot, each read and parsed once.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::artifact::document::{Document, Format};
use crate::artifact::read;
use crate::diag::{Origin, RepoPath, SourceId, Sources};
use crate::git::{Content, Error, Snapshot};

/// What became of a file.
#[derive(Clone, Debug)]
pub enum Loaded {
    /// A text in a format we know.
    Read(Arc<Document>),
    /// A text in no format we know.
    Plain(SourceId),
    /// Not a text, with the state's sentence.
    Other(Content),
}

/// The files read so far.
#[derive(Default, Debug)]
pub struct Texts {
    loaded: BTreeMap<RepoPath, Loaded>,
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
                let source = sources.add(Origin::Repository(path.clone()), text.clone());
                match read::read_file(source, path.as_bytes(), &text) {
                    Some(document) => Loaded::Read(Arc::new(document)),
                    None => Loaded::Plain(source),
                }
            }
            other => Loaded::Other(other),
        };
        self.loaded.insert(path.clone(), loaded.clone());
        Ok(loaded)
    }

    /// The document of a text that was loaded.
    pub fn document(&self, path: &RepoPath) -> Option<(&Arc<Document>, Format)> {
        match self.loaded.get(path)? {
            Loaded::Read(document) => Some((document, document.format)),
            Loaded::Plain(_) | Loaded::Other(_) => None,
        }
    }
}
