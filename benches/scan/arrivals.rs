//! How long it takes from a file to its row, with the debounce that everybody gets.

use std::{
    fs,
    io::Cursor,
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use image::ImageFormat;
use serde::Deserialize;

use crate::{
    figure::{Figure, percentile},
    library::Library,
    photograph::photograph,
    tree::numbered,
};

const FILES: u32 = 50;
/// With which each has about two megabytes.
const FILLING: usize = 1_400_000;
const GOAL_MS: f64 = 800.0;
/// The times are too long by half of it.
const POLL: Duration = Duration::from_millis(5);
const BREATH: Duration = Duration::from_millis(80);
const ARRIVAL_MAX: Duration = Duration::from_secs(30);

#[derive(Deserialize)]
struct Newest {
    filename: String,
}

pub(crate) fn measure(library: &Library, tell: &mut dyn FnMut(Figure)) -> Result<()> {
    // on the same disk as the pictures
    let ready = library.data.path().join("ready");
    fs::create_dir(&ready)?;
    let names: Vec<String> = (0..FILES).map(|number| format!("arrival-{number:03}.jpg")).collect();
    for (number, name) in (0..).zip(&names) {
        let mut picture = Vec::new();
        photograph(number).write_to(&mut Cursor::new(&mut picture), ImageFormat::Jpeg)?;
        fs::write(ready.join(name), numbered(&picture, number, FILLING))?;
    }
    let mut times = Vec::new();
    for (number, name) in (0..).zip(&names) {
        // not in step with any clock of the server's
        sleep(BREATH + Duration::from_millis(number * 37 % 200));
        times.push(arrival(library, &ready, name)?);
    }
    tell(Figure::told("arrival_p50", percentile(&mut times, 0.5), "ms"));
    tell(Figure::below("arrival_p95", percentile(&mut times, 0.95), "ms", GOAL_MS));
    Ok(())
}

/// In milliseconds, from the first byte that is written.
fn arrival(library: &Library, ready: &Path, name: &str) -> Result<f64> {
    let begun = Instant::now();
    fs::copy(ready.join(name), library.program.pictures.join(name))?;
    loop {
        let newest: Vec<Newest> = library.host.get("/images?limit=1")?;
        let time = begun.elapsed();
        if newest.first().is_some_and(|newest| newest.filename == name) {
            return Ok(time.as_secs_f64() * 1000.0);
        }
        ensure!(time < ARRIVAL_MAX, "{name} did not arrive");
        sleep(POLL);
    }
}
