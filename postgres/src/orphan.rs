//! What a killed program left running or lying in its cluster. Starts nothing.

use std::fs;
use std::path::Path;

use crate::Error;
use crate::cluster::{Cluster, gone};
use crate::process;

pub(crate) enum Leftover {
    Nothing,
    StalePid,
    Orphan,
}

/// Must be called with the folder's lock held: then a server found here belongs to no one.
pub(crate) fn clear(cluster: &Cluster) -> Result<Leftover, Error> {
    let file = cluster.pid_file();
    let Ok(text) = fs::read_to_string(&file) else {
        return Ok(Leftover::Nothing);
    };
    let running = pid_in(&text).filter(|pid| serves(*pid, cluster.folder()));
    if let Some(pid) = running {
        process::end(pid, || !serves(pid, cluster.folder()))?;
    }
    // The server would believe a stale file whose pid is some other process by now.
    gone(fs::remove_file(&file)).map_err(Error::io("remove", &file))?;
    Ok(match running {
        Some(_) => Leftover::Orphan,
        None => Leftover::StalePid,
    })
}

/// 1 is init and 0 or less would be a group of processes: none of them is ever a server of ours.
fn pid_in(pid_file: &str) -> Option<i32> {
    let pid = pid_file.lines().next()?.trim().parse().ok()?;
    (pid > 1).then_some(pid)
}

/// Pids are used again, so the process must be a postgres that lives in this cluster's folder.
/// A zombie lives nowhere and so counts as gone.
#[cfg(target_os = "linux")]
fn serves(pid: i32, cluster: &Path) -> bool {
    let link = |name| fs::read_link(format!("/proc/{pid}/{name}"));
    let lives_there = cluster.canonicalize().is_ok_and(|cluster| link("cwd").is_ok_and(|cwd| cwd == cluster));
    lives_there && link("exe").is_ok_and(|exe| exe.to_string_lossy().contains("postgres"))
}

/// Without /proc, the command line we started it with tells.
#[cfg(not(target_os = "linux"))]
fn serves(pid: i32, cluster: &Path) -> bool {
    let said = std::process::Command::new("ps").args(["-ww", "-o", "command=", "-p", &pid.to_string()]).output();
    said.is_ok_and(|said| {
        let command = String::from_utf8_lossy(&said.stdout);
        command.contains("postgres") && command.contains(&*cluster.to_string_lossy())
    })
}

#[cfg(test)]
mod tests {
    use super::pid_in;

    #[test]
    fn only_a_real_pid_is_taken_from_a_pid_file() {
        assert_eq!(pid_in("4711\n/data\n"), Some(4711));
        assert_eq!(pid_in("1\n"), None);
        assert_eq!(pid_in("-4711\n"), None);
        assert_eq!(pid_in("\n"), None);
        assert_eq!(pid_in(""), None);
    }
}
