//! Reading and hashing every file again, in turns with the programs that do nothing else. Each of those has one thread.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use pixelsync::model::{FolderId, SyncKind, SyncStatus};
use serde::de::IgnoredAny;

use crate::{
    figure::{Figure, percentile},
    library::Library,
    tree::Tree,
};

const ROUNDS: usize = 3;
const PEER_PART_GOAL: f64 = 1.3;

pub(crate) fn measure(tell: &mut dyn FnMut(Figure)) -> Result<()> {
    let tree = Tree::large().context("the tree of large files could not be made")?;
    let paths = tree.paths()?;
    let mut bytes = 0;
    for path in &paths {
        bytes += path.metadata()?.len();
    }
    let library = Library::open()?;
    let folder = library.add(&tree)?;
    library.wait_for(folder, &tree)?;
    library.rest()?;
    let (mut ours, mut sha256, mut blake3) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        sha256.push(peer("sha256sum", &[], &paths)?);
        blake3.push(peer("b3sum", &["--num-threads", "1"], &paths)?);
        ours.push(verify(&library, folder, &tree)?);
    }
    let [ours, sha256, blake3] = [&mut ours, &mut sha256, &mut blake3].map(|times| percentile(times, 0.5));
    let rate = |seconds: f64| bytes as f64 / 1e6 / seconds;
    tell(Figure::told("verify", rate(ours), "MB_per_s").beside(rate(sha256)));
    tell(Figure::told("verify_beside_b3sum", rate(ours), "MB_per_s").beside(rate(blake3)));
    tell(Figure::below("verify_to_sha256sum", ours / sha256, "x", PEER_PART_GOAL).beside(1.0));
    Ok(())
}

/// In seconds, as the operation itself says it: it begins after the answer.
fn verify(library: &Library, folder: FolderId, tree: &Tree) -> Result<f64> {
    let before = library.wait(folder, |folder| folder.running.is_none())?.last.map(|last| last.id);
    let _: IgnoredAny = library.host.ask("POST", &format!("/api/v1/folders/{folder}/verify"), "")?;
    let folder = library.wait(folder, |folder| {
        let last = folder.last.as_ref().filter(|last| Some(last.id) != before && last.kind == SyncKind::Verify);
        last.is_some() && folder.running.is_none()
    })?;
    let last = folder.last.context("the operation is gone")?;
    let is_whole =
        last.status == SyncStatus::Completed && last.found.scanned == tree.files && last.found.corrupted == 0;
    ensure!(is_whole, "verifying ended as {last:?}");
    let ended = last.ended_ms.context("the operation has no end")?;
    Ok((ended - last.started_ms) as f64 / 1000.0)
}

fn peer(program: &str, arguments: &[&str], paths: &[PathBuf]) -> Result<f64> {
    let begun = Instant::now();
    let status = Command::new(program).args(arguments).args(paths).stdout(Stdio::null()).status();
    let status = status.with_context(|| format!("{program} could not be started"))?;
    ensure!(status.success(), "{program} failed");
    Ok(begun.elapsed().as_secs_f64())
}
