//! How artifacts of models stand: what every table of them shares.

use std::collections::BTreeSet;

use crate::verdict::{Cell, ModelRow};

/// Artifacts that are asked of a model, in the order of the policy.
pub(super) fn columns<'r>(rows: impl IntoIterator<Item = &'r ModelRow>) -> Vec<&'r str> {
    let mut seen = BTreeSet::new();
    let asked = rows.into_iter().flat_map(|row| &row.cells).filter(|(_, cell)| *cell != Cell::Off);
    asked.filter_map(|(artifact, _)| seen.insert(artifact).then_some(artifact.as_str())).collect()
}

/// How an artifact of a model stands; one that is not in the row is not asked for.
pub(super) fn cell(row: &ModelRow, artifact: &str) -> Cell {
    row.cells.iter().find(|(named, _)| named == artifact).map_or(Cell::Off, |(_, cell)| *cell)
}

/// True for what there is something to report about.
pub(super) fn trouble(cell: Cell) -> bool {
    !matches!(cell, Cell::Met | Cell::Untouched | Cell::Off)
}

/// True for a model that there is something to report about.
pub(super) fn troubled(row: &ModelRow) -> bool {
    row.cells.iter().any(|(_, cell)| trouble(*cell))
}

/// How an artifact stands, for people.
pub(super) fn word(cell: Cell) -> &'static str {
    match cell {
        Cell::Met => "on file",
        Cell::Missing => "blocks",
        Cell::Warned => "warns",
        Cell::Waived => "waived",
        Cell::Untouched => "would block, not touched here",
        Cell::Off => "not asked",
    }
}
