//! What memory a process takes, as the kernel counts it; its children's is not in it.

use std::fs;

use anyhow::{Context, Result};

#[derive(Clone, Copy)]
pub(crate) enum Memory {
    Now,
    /// The most since `forget_peak`.
    Peak,
}

#[derive(Clone, Copy)]
pub(crate) struct Process(pub(crate) u32);

impl Process {
    pub(crate) fn resident_mb(self, memory: Memory) -> Result<f64> {
        let name = match memory {
            Memory::Now => "VmRSS:",
            Memory::Peak => "VmHWM:",
        };
        let status = fs::read_to_string(format!("/proc/{}/status", self.0))?;
        let line =
            status.lines().find_map(|line| line.strip_prefix(name)).context("the kernel does not tell memory")?;
        let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kib * 1024.0 / 1e6)
    }

    pub(crate) fn forget_peak(self) -> Result<()> {
        fs::write(format!("/proc/{}/clear_refs", self.0), "5").context("the peak of memory cannot be reset")
    }
}
