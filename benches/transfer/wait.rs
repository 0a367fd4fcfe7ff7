//! Waiting for what a server does by itself.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};

const LOOK: Duration = Duration::from_millis(20);
const WAIT_MAX: Duration = Duration::from_secs(900);

pub(crate) fn wait(mut is_so: impl FnMut() -> Result<bool>) -> Result<()> {
    let begun = Instant::now();
    while !is_so()? {
        ensure!(begun.elapsed() < WAIT_MAX, "it never became so");
        sleep(LOOK);
    }
    Ok(())
}
