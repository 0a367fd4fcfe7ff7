//! A child process that ends with us, and the ways to end it. Knows nothing of databases.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::sync::watch;

use crate::Error;

const POLL: Duration = Duration::from_millis(10);

/// PostgreSQL's fast shutdown, then its immediate one, which loses no commit but has to recover
/// at the next start, and last the kernel's.
const SIGNALS: [(Signal, Duration); 3] = [
    (Signal::SIGINT, Duration::from_secs(30)),
    (Signal::SIGQUIT, Duration::from_secs(10)),
    (Signal::SIGKILL, Duration::from_secs(5)),
];

#[derive(Debug)]
pub(crate) struct Process {
    pid: i32,
    end: watch::Receiver<Option<String>>,
}

impl Process {
    pub(crate) fn spawn(mut command: Command) -> io::Result<Process> {
        // In a group of its own: Ctrl-C reaches us first, and we stop it when we are done with it.
        command.process_group(0);
        end_with_us(&mut command, Signal::SIGINT);
        let (told_pid, pid) = mpsc::channel();
        let (told_end, end) = watch::channel(None);
        // The kernel signals the child when the *thread* that started it ends. The caller's may be
        // one of a pool, so this thread does nothing else for as long as the child lives.
        thread::Builder::new().name("postgres".to_owned()).spawn(move || match command.spawn() {
            Err(e) => drop(told_pid.send(Err(e))),
            Ok(mut child) => {
                drop(told_pid.send(Ok(child.id())));
                let how = child.wait().map_or_else(|e| e.to_string(), |s| s.to_string());
                told_end.send_replace(Some(how));
            }
        })?;
        let pid = pid.recv().map_err(io::Error::other)??;
        let pid = i32::try_from(pid).map_err(io::Error::other)?;
        Ok(Process { pid, end })
    }

    pub(crate) fn pid(&self) -> i32 {
        self.pid
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&self) -> Option<String> {
        self.end.borrow().clone()
    }

    pub(crate) fn died(&self) -> impl Future<Output = String> + Send + 'static {
        let mut end = self.end.clone();
        async move {
            let how = end.wait_for(Option::is_some).await.ok();
            how.and_then(|how| how.clone()).unwrap_or_else(|| "nobody saw how".to_owned())
        }
    }

    pub(crate) fn stop(&self) -> Result<(), Error> {
        end(self.pid, || self.end.borrow().is_some())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Nobody is left to tell, and whoever starts next will find and stop it.
        let _ = self.stop();
    }
}

/// Asks ever less politely until `gone` says so.
pub(crate) fn end(pid: i32, gone: impl Fn() -> bool) -> Result<(), Error> {
    for (signal, patience) in SIGNALS {
        if gone() {
            return Ok(());
        }
        // The only failure is that it ended just now, which the next look at `gone` shows.
        let _ = kill(Pid::from_raw(pid), signal);
        let asked = Instant::now();
        while asked.elapsed() < patience {
            if gone() {
                return Ok(());
            }
            thread::sleep(POLL);
        }
    }
    Err(Error::Unstoppable { pid })
}

/// Has the kernel send `signal` when the calling thread ends, however that happens. Elsewhere than
/// on Linux there is no such thing, and the next start stops the orphan.
#[cfg(not(target_os = "linux"))]
pub(crate) fn end_with_us(_command: &mut Command, _signal: Signal) {}

#[cfg(target_os = "linux")]
pub(crate) fn end_with_us(command: &mut Command, signal: Signal) {
    use nix::sys::prctl::set_pdeathsig;
    use nix::unistd::{getpid, getppid};

    let us = getpid();
    // Runs after the change of user, which would clear the signal again.
    let between_fork_and_exec = move || {
        set_pdeathsig(signal)?;
        // We may have been killed before the signal was set.
        if getppid() == us { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
    };
    // SAFETY: it makes two system calls and neither allocates nor takes a lock.
    unsafe {
        command.pre_exec(between_fork_and_exec);
    }
}
