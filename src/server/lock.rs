//! One server for a data folder. Knows nothing of what lies in it.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

const NAME: &str = "lock";
/// The server that is being replaced may still be stopping.
const WAIT: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(50);

/// Held as long as the file is open, so that the kernel releases it however the server ends.
pub async fn acquire(data: &Path) -> Result<File> {
    let path = data.join(NAME);
    let cannot = || format!("{} cannot be locked. Choose another data folder: --data DIR", path.display());
    let lock = OpenOptions::new().create(true).append(true).open(&path).with_context(cannot)?;
    let begun = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::Error(error)) => return Err(error).with_context(cannot),
            Err(TryLockError::WouldBlock) if begun.elapsed() < WAIT => tokio::time::sleep(POLL).await,
            Err(TryLockError::WouldBlock) => bail!(
                "Another PixelSync is using {}. Stop it first, or choose another data folder: --data DIR",
                data.display()
            ),
        }
    }
}
