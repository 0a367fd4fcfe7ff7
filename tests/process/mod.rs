//! Folders, signals and patience for tests with real processes. Starts none.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// What the slowest machine still does in time. Nothing waits longer than it must.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(5);

/// For data. Started by root, PostgreSQL runs as another user, who has to pass.
pub(crate) fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::set_permissions(&folder, Permissions::from_mode(0o755)).expect("open to others");
    folder
}

#[track_caller]
pub(crate) fn until(what: &str, happened: impl FnMut() -> bool) {
    assert!(in_time(happened), "{what}: waited for in vain");
}

/// Whether it happened before all patience was gone.
pub(crate) fn in_time(mut happened: impl FnMut() -> bool) -> bool {
    let begun = Instant::now();
    while !happened() {
        if begun.elapsed() >= PATIENCE {
            return false;
        }
        thread::sleep(PAUSE);
    }
    true
}

/// Also says whether there was such a process; signal 0 only asks.
pub(crate) fn signal(pid: i32, signal: &str) -> bool {
    assert!(pid > 1, "{pid} is nobody of ours");
    // every shell has it built in
    let command = format!("kill -{signal} {pid} 2> /dev/null");
    Command::new("sh").args(["-c", &command]).status().expect("a shell").success()
}
