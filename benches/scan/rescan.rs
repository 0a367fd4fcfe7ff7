//! Looking again at what has not changed, in turns with the bare walk over the same tree.

use std::time::Instant;

use anyhow::{Result, ensure};
use pixelsync::model::{FolderId, SyncSummary};

use crate::{
    figure::{Figure, percentile},
    library::Library,
    process::Memory,
    tree::Tree,
    walk,
};

#[derive(serde::Deserialize)]
struct Answer {
    summary: SyncSummary,
}

const ROUNDS: usize = 3;
const WALK_PART_GOAL: f64 = 2.0;
/// However many files there are.
const MEMORY_GOAL_MB: f64 = 32.0;

pub(crate) fn measure(library: &Library, folder: FolderId, tree: &Tree, tell: &mut dyn FnMut(Figure)) -> Result<()> {
    let process = library.process();
    process.forget_peak()?;
    let before = process.resident_mb(Memory::Now)?;
    let (mut ours, mut walks) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        walks.push(walk::seconds(tree)? * 1000.0);
        ours.push(scan(library, folder, tree)? * 1000.0);
    }
    let peak = process.resident_mb(Memory::Peak)?;
    let (ours, walk) = (percentile(&mut ours, 0.5), percentile(&mut walks, 0.5));
    tell(Figure::told("rescan", ours, "ms").beside(walk));
    tell(Figure::below("rescan_to_walk", ours / walk, "x", WALK_PART_GOAL).beside(1.0));
    tell(Figure::below("rescan_memory", peak - before, "MB", MEMORY_GOAL_MB));
    tell(Figure::told("rescan_memory_peak", peak, "MB"));
    Ok(())
}

fn scan(library: &Library, folder: FolderId, tree: &Tree) -> Result<f64> {
    let begun = Instant::now();
    let Answer { summary: found } = library.host.ask("POST", &format!("/api/v1/folders/{folder}/scan"), "")?;
    let seconds = begun.elapsed().as_secs_f64();
    let nothing_new = SyncSummary { scanned: tree.files, ..SyncSummary::default() };
    ensure!(found == nothing_new, "a scan without changes found {found:?}");
    Ok(seconds)
}
