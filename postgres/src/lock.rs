//! One program per data folder. Says nothing about whether a server runs there.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::Error;

/// The program that is being replaced may still be stopping.
const WAIT: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(50);

/// Held as long as the file is open, so that the kernel releases it however we end. Unlike a pid
/// in a file it also holds between two containers that share a folder.
pub(crate) fn acquire(file: &Path, data: &Path) -> Result<File, Error> {
    let lock = OpenOptions::new().create(true).append(true).mode(0o600).open(file).map_err(Error::io("open", file))?;
    let begun = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) if begun.elapsed() < WAIT => thread::sleep(POLL),
            Err(TryLockError::WouldBlock) => {
                return Err(Error::InUse { data: data.to_owned() });
            }
            Err(TryLockError::Error(e)) => return Err(Error::io("lock", file)(e)),
        }
    }
}
