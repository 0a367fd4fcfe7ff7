//! How long it takes from a file, or an upload, to a card on another screen: two real browsers' tabs, driven by `screens.mjs`.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{
    figure::{Figure, percentile},
    photograph::photograph,
    program::{Program, data_folder},
};

const FILES: u32 = 50;
const DROPPED_GOAL_MS: f64 = 1_000.0;
const UPLOADED_GOAL_MS: f64 = 400.0;
/// What the live gallery of seed 003 promises, at its best.
const SEED_DROPPED_MS: f64 = 2_000.0;
const SEED_UPLOADED_MS: f64 = 1_000.0;

#[derive(Deserialize)]
struct Measured {
    dropped: Vec<f64>,
    uploaded: Vec<f64>,
}

pub(crate) fn measure() -> Result<Vec<Figure>> {
    let data = data_folder()?;
    let program = Program::start(data.path(), None, &[])?;
    // on the same disk as the pictures
    let files = data.path().join("ready");
    fs::create_dir(&files)?;
    for number in 0..2 * FILES {
        photograph(number).save(files.join(format!("{number:03}.jpg")))?;
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new("node")
        .arg(here.join("benches/spine/screens.mjs"))
        .args([
            &format!("http://{}/", program.address),
            &program.pictures.display().to_string(),
            &files.display().to_string(),
        ])
        .stderr(Stdio::inherit())
        .output()
        .context("node could not be started")?;
    if !output.status.success() {
        bail!("the browsers failed");
    }
    let mut measured: Measured =
        serde_json::from_slice(&output.stdout).context("the browsers' answer is not understood")?;
    let (dropped, uploaded) = (&mut measured.dropped, &mut measured.uploaded);
    Ok(vec![
        Figure::told("dropped_to_card_p50", percentile(dropped, 0.5), "ms").beside(SEED_DROPPED_MS),
        Figure::below("dropped_to_card_p95", percentile(dropped, 0.95), "ms", DROPPED_GOAL_MS).beside(SEED_DROPPED_MS),
        Figure::told("uploaded_to_card_p50", percentile(uploaded, 0.5), "ms").beside(SEED_UPLOADED_MS),
        Figure::below("uploaded_to_card_p95", percentile(uploaded, 0.95), "ms", UPLOADED_GOAL_MS)
            .beside(SEED_UPLOADED_MS),
    ])
}
