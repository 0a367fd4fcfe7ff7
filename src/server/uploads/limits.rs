//! How much may come: of one file, and as far as the disk has room for it.

use std::time::Duration;

use time::OffsetDateTime;

use crate::server::{App, Error, background::in_background, db::uploads};

/// Room is kept for what went on within so long. What broke off before asks for it again.
const LATELY: Duration = Duration::from_secs(600);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Of one file.
    pub file_bytes_max: u64,
    /// So much of the disk is never filled by uploads.
    pub keep_free_bytes: u64,
    /// What nobody went on with for so long is given up.
    pub expire_after: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { file_bytes_max: 1 << 30, keep_free_bytes: 512 << 20, expire_after: Duration::from_secs(24 * 60 * 60) }
    }
}

impl Limits {
    pub fn too_large(&self) -> Error {
        let most = self.file_bytes_max;
        let (number, unit) = match () {
            () if most.is_multiple_of(1 << 30) => (most >> 30, "GiB"),
            () if most.is_multiple_of(1 << 20) => (most >> 20, "MiB"),
            () => (most >> 10, "KiB"),
        };
        Error::TooLarge(format!("A file may have {number} {unit} at most."))
    }
}

/// Whether so many bytes more would fit, beside what was promised to others.
pub(in crate::server) async fn check_room(app: &App, bytes: u64) -> Result<(), Error> {
    let root = app.managed.root.clone();
    let space = in_background(move || rustix::fs::statvfs(&root)).await?;
    let space = space.map_err(|error| Error::disk(&app.managed.root)(error.into()))?;
    let free = space.f_bavail.saturating_mul(space.f_frsize);
    let limits = &app.uploads.limits;
    // of those that somebody went on with lately
    let promised = uploads::still_to_come(&app.pool, OffsetDateTime::now_utc() + limits.expire_after - LATELY).await?;
    let wanted = bytes.saturating_add(promised).saturating_add(limits.keep_free_bytes);
    if wanted > free { Err(Error::DiskFull) } else { Ok(()) }
}
