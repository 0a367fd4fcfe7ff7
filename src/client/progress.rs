//! One line on a terminal that tells how far it is, rewritten twice a second. Elsewhere nothing.

use std::{sync::mpsc, thread, time::Duration};

use super::{Problem, Told, server::Server, show};
use crate::model::{Folder, FolderId};

pub(super) const POLL: Duration = Duration::from_millis(500);
/// A longer line would not be rewritten but pushed up.
const WIDTH_MAX: usize = 78;

/// Tells how far it is as long as the work takes.
pub(super) fn during<T: Send>(
    server: Server,
    folder: Option<FolderId>,
    told: &mut Told,
    work: impl FnOnce() -> T + Send,
) -> Result<T, Problem> {
    let (ends, ended) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let work = scope.spawn(move || {
            // dropped when the work is done, or broken off
            let _ends = ends;
            work()
        });
        while let Err(mpsc::RecvTimeoutError::Timeout) = ended.recv_timeout(POLL) {
            line(server, folder, told)?;
        }
        erase(told)?;
        work.join().map_err(|_| Problem::NotUnderstood)
    })
}

/// Writes it anew. What cannot be asked just now is not told.
pub(super) fn line(server: Server, folder: Option<FolderId>, told: &mut Told) -> Result<(), Problem> {
    if !told.is_terminal {
        return Ok(());
    }
    let folders = match folder {
        Some(id) => server.folder(id).map(|folder| vec![folder]),
        None => server.folders().map(|list| list.what.folders),
    };
    let running = |folder: &Folder| {
        let running = folder.running.as_ref()?;
        Some(format!("{}: {}", folder.name, show::progress(running)))
    };
    let parts: Vec<String> = folders.unwrap_or_default().iter().filter_map(running).collect();
    say(told, &parts.join("; "))
}

pub(super) fn say(told: &mut Told, text: &str) -> Result<(), Problem> {
    if told.is_terminal {
        let text: String = text.chars().take(WIDTH_MAX).collect();
        write!(told.out, "\r\x1b[K{text}")?;
        told.out.flush()?;
    }
    Ok(())
}

pub(super) fn erase(told: &mut Told) -> Result<(), Problem> {
    if told.is_terminal {
        write!(told.out, "\r\x1b[K")?;
        told.out.flush()?;
    }
    Ok(())
}
