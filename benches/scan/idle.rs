//! What the server costs while nothing happens. PostgreSQL is not in it.

use std::{thread::sleep, time::Duration};

use anyhow::Result;

use crate::{figure::Figure, library::Library, process::Memory};

const SETTLE: Duration = Duration::from_secs(10);
const OVER: Duration = Duration::from_secs(20);
const MEMORY_GOAL_MB: f64 = 60.0;
const PROCESSOR_GOAL_PERCENT: f64 = 1.0;

pub(crate) fn measure(library: &Library, tell: &mut dyn FnMut(Figure)) -> Result<()> {
    sleep(SETTLE);
    let process = library.process();
    tell(Figure::below("idle_memory", process.resident_mb(Memory::Now)?, "MB", MEMORY_GOAL_MB));
    let percent = 100.0 * process.processor_part(OVER)?;
    tell(Figure::below("idle_processor", percent, "percent", PROCESSOR_GOAL_PERCENT));
    Ok(())
}
