//! The first time: from the wish to have a folder until each of its files has its facts and its hash in the catalogue.

use std::time::Instant;

use anyhow::Result;
use pixelsync::model::FolderId;

use crate::{figure::Figure, library::Library, tree::Tree};

/// As long as syncthing needs; it is to be less.
const PEER_PART_GOAL: f64 = 1.0;

pub(crate) struct Filled {
    pub(crate) folder: FolderId,
    pub(crate) seconds: f64,
}

/// Developing the pictures goes on at the same time, and after it.
pub(crate) fn fill(library: &Library, tree: &Tree) -> Result<Filled> {
    tree.remove_marks()?;
    let begun = Instant::now();
    let folder = library.add(tree)?;
    library.wait_for(folder, tree)?;
    Ok(Filled { folder, seconds: begun.elapsed().as_secs_f64() })
}

pub(crate) fn figures(tree: &Tree, seconds: f64, peer_s: f64) -> [Figure; 3] {
    let files = f64::from(tree.files);
    [
        Figure::told("first_ingest", seconds, "s").beside(peer_s),
        Figure::told("first_ingest_files", files / seconds, "per_s").beside(files / peer_s),
        Figure::below("first_ingest_to_syncthing", seconds / peer_s, "x", PEER_PART_GOAL).beside(1.0),
    ]
}
