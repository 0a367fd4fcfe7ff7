//! Starts the server on a cluster and waits until it answers. Decides nothing about who it runs as.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::cluster::Cluster;
use crate::process::Process;
use crate::{Error, Settings};

/// After a kill the backends hold the cluster's shared memory a little longer than their server.
const RETRY: Duration = Duration::from_secs(15);
const RETRY_POLL: Duration = Duration::from_millis(200);
/// Replaying the log of a crash takes its time.
const READY: Duration = Duration::from_secs(300);
const READY_POLL: Duration = Duration::from_millis(5);
/// A longer log is emptied at the next start.
const LOG_BYTES_MAX: u64 = 16 << 20;
/// How much of what it said at a failed start is searched for the reason.
const SAID_BYTES_MAX: u64 = 64 << 10;

const OPTIONS: [&str; 8] = [
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "huge_pages=off",
    // Containers often have a tiny /dev/shm.
    "dynamic_shared_memory_type=mmap",
    // Compiling a query costs more than it saves on ours, and tens of megabytes.
    "jit=off",
    "timezone=UTC",
    "max_wal_size=512MB",
    "log_min_messages=warning",
];

/// One call flushes the whole disk after a crash instead of one for each file.
#[cfg(target_os = "linux")]
const SYNC_OPTION: Option<&str> = Some("recovery_init_sync_method=syncfs");
#[cfg(not(target_os = "linux"))]
const SYNC_OPTION: Option<&str> = None;

pub(crate) fn arguments(cluster: &Path, socket: &Path, settings: &Settings) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec!["-D".into(), cluster.into()];
    let options = OPTIONS.into_iter().chain(SYNC_OPTION).map(OsString::from);
    let connections = format!("max_connections={}", settings.max_connections).into();
    let buffers = format!("shared_buffers={}MB", settings.shared_buffers_mb).into();
    // Quoted, because it is a list: a comma would begin another folder.
    let folder = socket.to_string_lossy().replace('"', "\"\"");
    let sockets = format!("unix_socket_directories=\"{folder}\"").into();
    for option in options.chain([connections, buffers, sockets]) {
        arguments.extend(["-c".into(), option]);
    }
    arguments
}

/// Runs what `command` makes until one is ready. Also says whether it took more than one.
pub(crate) fn run(command: impl Fn() -> Command, cluster: &Cluster, log: &Log) -> Result<(Process, bool), Error> {
    let begun = Instant::now();
    let mut retried = false;
    loop {
        match run_once(command(), cluster, log) {
            Ok(process) => return Ok((process, retried)),
            Err(Error::Ended { .. }) if begun.elapsed() < RETRY => {
                retried = true;
                thread::sleep(RETRY_POLL);
            }
            Err(e) => return Err(e),
        }
    }
}

fn run_once(mut command: Command, cluster: &Cluster, log: &Log) -> Result<Process, Error> {
    let program = PathBuf::from(command.get_program());
    let (file, begin) = log.open().map_err(Error::io("write", &log.path))?;
    let again = file.try_clone().map_err(Error::io("write", &log.path))?;
    command.stdin(Stdio::null()).stdout(file).stderr(again);
    let process = Process::spawn(command).map_err(Error::io("run", &program))?;
    let begun = Instant::now();
    while begun.elapsed() < READY {
        if let Some(how) = process.ended() {
            return Err(Error::Ended { how, said: log.reason_since(begin), log: log.path.clone() });
        }
        let status = fs::read_to_string(cluster.pid_file());
        if status.is_ok_and(|status| is_ready(&status, process.pid())) {
            return Ok(process);
        }
        thread::sleep(READY_POLL);
    }
    Err(Error::NotReady { seconds: READY.as_secs(), log: log.path.clone() })
}

/// The eighth line of postmaster.pid is what PostgreSQL's own `pg_ctl` looks at, too.
fn is_ready(pid_file: &str, pid: i32) -> bool {
    let line = |n| pid_file.lines().nth(n).map(str::trim);
    line(0) == Some(&*pid.to_string()) && line(7) == Some("ready")
}

/// What the server says. We open it, so it needs no rights of the server's own.
pub(crate) struct Log {
    path: PathBuf,
}

impl Log {
    pub(crate) fn at(path: PathBuf) -> Log {
        Log { path }
    }

    /// The file to write on and where what is written now begins.
    fn open(&self) -> std::io::Result<(File, u64)> {
        let mut file = OpenOptions::new();
        let file = file.create(true).append(true).mode(0o600).open(&self.path)?;
        let length = file.metadata()?.len();
        if length > LOG_BYTES_MAX {
            file.set_len(0)?;
            return Ok((file, 0));
        }
        Ok((file, length))
    }

    fn reason_since(&self, begin: u64) -> String {
        let said = || -> std::io::Result<String> {
            let mut file = File::open(&self.path)?;
            file.seek(SeekFrom::Start(begin))?;
            let mut bytes = Vec::new();
            file.take(SAID_BYTES_MAX).read_to_end(&mut bytes)?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        reason_in(&said().unwrap_or_default())
    }
}

/// The line that ended it: the first fatal one, or else the last it said.
fn reason_in(said: &str) -> String {
    let mut lines = said.lines().filter(|line| !line.trim().is_empty());
    let fatal = lines.clone().find_map(|line| line.split_once("FATAL:"));
    match (fatal, lines.next_back()) {
        (Some((_, reason)), _) => reason.trim().to_owned(),
        (None, Some(last)) => last.trim().to_owned(),
        (None, None) => "it gave no reason".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{arguments, is_ready, reason_in};
    use crate::Settings;
    use std::path::Path;

    #[test]
    fn a_server_is_told_its_settings_and_a_socket_folder_is_quoted() {
        let arguments = {
            let settings = Settings { max_connections: 7, shared_buffers_mb: 256, ..Settings::new("/data") };
            arguments(Path::new("/c"), Path::new("/a,b\"c"), &settings)
        };
        assert!(arguments.contains(&"unix_socket_directories=\"/a,b\"\"c\"".into()));
        assert!(arguments.contains(&"max_connections=7".into()));
        assert!(arguments.contains(&"shared_buffers=256MB".into()));
    }

    #[test]
    fn ready_is_said_by_the_server_we_started_and_no_other() {
        let file = "42\n/c\n1700000000\n5432\n/s\n\n  123  456\nready   \n";
        assert!(is_ready(file, 42));
        assert!(!is_ready(file, 43));
        assert!(!is_ready(&file.replace("ready   ", "starting"), 42));
        assert!(!is_ready("42\n/c\n", 42));
    }

    #[test]
    fn the_first_fatal_line_is_the_reason() {
        let said = "LOG:  starting\n2026 UTC [9] FATAL:  no space\nHINT:  none\nLOG:  down\n\n";
        assert_eq!(reason_in(said), "no space");
        assert_eq!(reason_in("not found\n\n"), "not found");
        assert_eq!(reason_in(""), "it gave no reason");
    }
}
