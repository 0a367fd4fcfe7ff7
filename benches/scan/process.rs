//! What a process costs, as the kernel counts it; its children are not in it.

use std::{
    fs,
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

pub(crate) use crate::memory::{Memory, Process};

/// Linux counts processor time for programs in these, whatever the kernel's own clock.
const TICKS_A_SECOND: f64 = 100.0;
const LOOK: Duration = Duration::from_secs(2);
/// Of one core, and how many looks in turn it is to stay below.
const RESTING_PART: f64 = 0.05;
const RESTING_LOOKS: u32 = 3;
const REST_MAX: Duration = Duration::from_hours(6);

impl Process {
    pub(crate) fn processor_s(self) -> Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0))?;
        // a program's name may hold spaces; what follows it begins with the third field
        let (_, fields) = stat.rsplit_once(')').context("the kernel does not tell processor time")?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let ticks = |field: usize| -> Result<f64> { Ok(fields.get(field - 3).context("a field is missing")?.parse()?) };
        Ok((ticks(14)? + ticks(15)?) / TICKS_A_SECOND)
    }

    /// Of one core.
    pub(crate) fn processor_part(self, over: Duration) -> Result<f64> {
        let (before, begun) = (self.processor_s()?, Instant::now());
        sleep(over);
        Ok((self.processor_s()? - before) / begun.elapsed().as_secs_f64())
    }

    pub(crate) fn wait_for_rest(self) -> Result<()> {
        let (begun, mut looks) = (Instant::now(), 0);
        while looks < RESTING_LOOKS {
            looks = if self.processor_part(LOOK)? < RESTING_PART { looks + 1 } else { 0 };
            if begun.elapsed() > REST_MAX {
                bail!("the program never came to rest");
            }
        }
        Ok(())
    }
}
