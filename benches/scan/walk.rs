//! The least that looking at a tree can cost: its folders are read and each file asked for its facts, on one thread.

use std::{fs, hint::black_box, path::Path, time::Instant};

use anyhow::{Result, ensure};

use crate::{
    figure::{Figure, percentile},
    tree::Tree,
};

const ROUNDS: usize = 3;

pub(crate) fn measure(tree: &Tree) -> Result<Figure> {
    let mut times = (0..ROUNDS).map(|_| seconds(tree)).collect::<Result<Vec<f64>>>()?;
    Ok(Figure::told("walk", percentile(&mut times, 0.5) * 1000.0, "ms"))
}

pub(crate) fn seconds(tree: &Tree) -> Result<f64> {
    let begun = Instant::now();
    let files = walk(&tree.path)?;
    let seconds = begun.elapsed().as_secs_f64();
    // a mark of whoever looked at it before may be there as well
    ensure!(files >= tree.files, "only {files} of {} files are there", tree.files);
    Ok(seconds)
}

fn walk(folder: &Path) -> Result<u32> {
    let mut files = 0;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let facts = black_box(fs::symlink_metadata(&path)?);
        files += if facts.is_dir() { walk(&path)? } else { 1 };
    }
    Ok(files)
}
