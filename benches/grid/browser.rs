//! The browser's part, which `grid.mjs` drives: to be awake, to scroll, to turn pages.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{
    Stage,
    figure::{Figure, percentile},
};

#[derive(Deserialize)]
struct Measured {
    /// Milliseconds from the start of the navigation, in browsers without a cache.
    awake: Vec<f64>,
    first_picture: Vec<f64>,
    /// The longest tasks of the main thread while it was scrolled so.
    wheel_task: f64,
    scrub_task: f64,
    /// The longest time without any picture on the screen.
    wheel_empty: f64,
    scrub_empty: f64,
    /// Megabytes in use before and after.
    heap_before: f64,
    heap_grown: f64,
    /// From the key to the thumbnail of the next picture.
    turns: Vec<f64>,
}

pub(crate) fn measure(stage: &Stage) -> Result<Vec<Figure>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new("node")
        .arg(here.join("benches/grid/grid.mjs"))
        .arg(format!("http://{}/", stage.host.address))
        .stderr(Stdio::inherit())
        .output()
        .context("node could not be started")?;
    if !output.status.success() {
        bail!("the browser failed");
    }
    let mut measured: Measured =
        serde_json::from_slice(&output.stdout).context("the browser's answer is not understood")?;
    Ok(vec![
        Figure::below("awake_cold", percentile(&mut measured.awake, 0.5), "ms", 1_500.0),
        Figure::told("first_picture_cold", percentile(&mut measured.first_picture, 0.5), "ms"),
        Figure::below("longest_task_by_wheel", measured.wheel_task, "ms", 50.0),
        Figure::below("longest_task_by_strip", measured.scrub_task, "ms", 50.0),
        Figure::below("longest_without_pictures_by_wheel", measured.wheel_empty, "ms", 100.0),
        Figure::below("longest_without_pictures_by_strip", measured.scrub_empty, "ms", 100.0),
        Figure::below("heap_grown_by_scrolling", measured.heap_grown, "MB", 8.0).beside(measured.heap_before),
        Figure::below("next_picture_p95", percentile(&mut measured.turns, 0.95), "ms", 50.0),
    ])
}
