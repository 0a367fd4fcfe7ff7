//! Builds and starts the server again after each change of a source file. A failing build leaves the old server running.

use crate::{
    checkout::{Checkout, Profile},
    front, server, setup,
    setup::Need,
    shell,
};
use anyhow::{Context, Result};
use nix::{sys::signal, unistd::Pid};
use notify::{EventKind, RecursiveMode, Watcher, event::ModifyKind};
#[cfg(target_os = "linux")]
use std::os::unix::process::CommandExt;
use std::{
    process::Child,
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

const WATCHED: [&str; 4] = ["src", "style", "public", "migrations"];
/// Editors save in several steps; what comes within this time of the last is one change.
const SETTLE: Duration = Duration::from_millis(150);
const LOOK_AT_SERVER: Duration = Duration::from_millis(500);
const STOP_MAX: Duration = Duration::from_secs(10);

pub(crate) fn watch(checkout: &Checkout, arguments: &[String]) -> Result<()> {
    setup::ensure(checkout, &Need::to_run(arguments))?;
    setup::ensure(checkout, Need::to_build(Profile::Dev))?;
    let (marks, changes) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if event.is_ok_and(|event| is_change(event.kind)) {
            // Nobody listens any more only when the command ends.
            let _ = marks.send(());
        }
    })
    .context("Changes of files can't be watched")?;
    for folder in WATCHED.map(|name| checkout.root.join(name)).iter().filter(|folder| folder.is_dir()) {
        watcher.watch(folder, RecursiveMode::Recursive).with_context(|| {
            format!("{} can't be watched; on Linux, raise fs.inotify.max_user_watches", folder.display())
        })?;
    }
    let mut running = None;
    loop {
        match rebuild(checkout, arguments, running.take()) {
            (server, Ok(())) => running = server,
            (server, Err(error)) => {
                shell::complain(&error);
                shell::say(if server.is_some() {
                    "The server before this change keeps running"
                } else {
                    "Waiting for a change"
                });
                running = server;
            }
        }
        wait(&changes, &mut running)?;
    }
}

/// Reading a file is no change, and the compiler reads all of them.
fn is_change(kind: EventKind) -> bool {
    !matches!(kind, EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(_)))
}

fn rebuild(checkout: &Checkout, arguments: &[String], running: Option<Child>) -> (Option<Child>, Result<()>) {
    let built = front::build(checkout, Profile::Dev).and_then(|()| server::build(checkout, Profile::Dev));
    let binary = match built {
        Ok(binary) => binary,
        Err(error) => return (running, Err(error)),
    };
    if let Some(server) = running {
        stop(server);
    }
    let mut command = server::command(checkout, &binary, arguments);
    // The server ends with us even when we are killed.
    // SAFETY: between fork and exec only one system call is made.
    #[cfg(target_os = "linux")]
    unsafe {
        command.pre_exec(|| Ok(nix::sys::prctl::set_pdeathsig(signal::SIGTERM)?));
    }
    match command.spawn().with_context(|| format!("{} can't be started", binary.display())) {
        Ok(server) => (Some(server), Ok(())),
        Err(error) => (None, Err(error)),
    }
}

/// Returns when something changed and then nothing more did for a moment.
fn wait(changes: &Receiver<()>, running: &mut Option<Child>) -> Result<()> {
    loop {
        match changes.recv_timeout(LOOK_AT_SERVER) {
            Ok(()) => break,
            Err(RecvTimeoutError::Disconnected) => {
                return Err(RecvTimeoutError::Disconnected).context("Changes of files are no longer watched");
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Some(Ok(Some(status))) = running.as_mut().map(Child::try_wait) {
            shell::say(format!("The server ended ({status}); it starts again after the next change"));
            *running = None;
        }
    }
    while changes.recv_timeout(SETTLE).is_ok() {}
    Ok(())
}

/// Asks first, so that the server can end its PostgreSQL properly.
fn stop(mut server: Child) {
    let asked = i32::try_from(server.id()).map(|id| signal::kill(Pid::from_raw(id), signal::SIGTERM));
    let until = Instant::now() + STOP_MAX;
    while matches!(asked, Ok(Ok(()))) && Instant::now() < until {
        if !matches!(server.try_wait(), Ok(None)) {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
    shell::say("The server does not stop when asked; killing it");
    if let Err(error) = server.kill().and_then(|()| server.wait()) {
        shell::say(format!("The server can't be killed: {error}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::{AccessKind, CreateKind, DataChange};

    #[test]
    fn reading_is_no_change() {
        assert!(!is_change(EventKind::Access(AccessKind::Any)));
        assert!(is_change(EventKind::Create(CreateKind::File)));
        assert!(is_change(EventKind::Modify(ModifyKind::Data(DataChange::Any))));
    }
}
