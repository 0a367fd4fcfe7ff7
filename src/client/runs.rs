//! `pixelsync scan` and `pixelsync verify`: begun, waited for, told.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{Problem, Told, progress, server::Server, show};
use crate::{
    model::{Folder, Operation, SyncKind, SyncStatus},
    server::config::OneOrAll,
    ui::folders::words::describe,
};

/// What was asked for and does not begin in this time, while nothing else runs, is not waited for.
const BEGIN_MAX: Duration = Duration::from_secs(60);

pub(super) fn scan(what: &OneOrAll, told: &mut Told) -> Result<(), Problem> {
    let server = Server::of(&what.asking)?;
    let id = what.folder.as_deref().map(|meant| server.find(meant)).transpose()?.map(|folder| folder.id);
    let mut silent = Told { out: &mut *told.out, is_terminal: told.is_terminal && !what.asking.json };
    let found = progress::during(server, id, &mut silent, || server.scan(id))??;
    if what.asking.json { show::json(told, &found.json) } else { show::sentence(told, &describe(&found.what)) }
}

/// A verification that was asked for.
struct Asked {
    folder: Folder,
    /// What was done before it.
    newest: i64,
    quiet_since: Instant,
}

/// All begin before the first is waited for. What a folder refuses does not keep the others from it.
pub(super) fn verify(what: &OneOrAll, told: &mut Told) -> Result<(), Problem> {
    let server = Server::of(&what.asking)?;
    let folders = match &what.folder {
        Some(meant) => vec![server.find(meant)?],
        None => server.folders()?.what.folders,
    };
    let begun: Vec<_> = folders.into_iter().map(|folder| begin(server, folder)).collect();
    let (mut problems, mut done) = (Vec::new(), Vec::new());
    for asked in begun {
        let shown = told.is_terminal && !what.asking.json;
        let silent = &mut Told { out: &mut *told.out, is_terminal: shown };
        match asked.and_then(|asked| wait(server, asked, silent)) {
            Ok((folder, operation)) => {
                problems.extend(failure(&folder, &operation));
                if !what.asking.json {
                    show::sentence(told, &format!("{}: {}", folder.name, describe(&operation.found)))?;
                }
                done.push(operation);
            }
            Err(problem) => problems.push(problem),
        }
    }
    if what.asking.json {
        show::json(told, &json!({ "operations": done }))?;
    }
    problems.into_iter().next().map_or(Ok(()), Err)
}

fn begin(server: Server, folder: Folder) -> Result<Asked, Problem> {
    let operations = server.operations(folder.id)?;
    let is_running = |it: &&Operation| it.kind == SyncKind::Verify && it.status == SyncStatus::Running;
    // one that runs already is the one that is waited for
    let running = operations.iter().find(is_running).map(|operation| operation.id - 1);
    let newest = running.or(operations.first().map(|operation| operation.id)).unwrap_or(0);
    server.verify(folder.id).map_err(|problem| match problem {
        Problem::Refused(sentence) => Problem::Refused(format!("{}: {sentence}", folder.name)),
        problem => problem,
    })?;
    Ok(Asked { folder, newest, quiet_since: Instant::now() })
}

fn wait(server: Server, mut asked: Asked, told: &mut Told) -> Result<(Folder, Operation), Problem> {
    let id = asked.folder.id;
    loop {
        let ours = |operation: &Operation| operation.kind == SyncKind::Verify && operation.id > asked.newest;
        let operations = server.operations(id)?;
        if let Some(done) = operations.into_iter().find(|it| ours(it) && it.status != SyncStatus::Running) {
            progress::erase(told)?;
            return Ok((asked.folder, done));
        }
        if server.folder(id)?.running.is_some() {
            asked.quiet_since = Instant::now();
        }
        if asked.quiet_since.elapsed() > BEGIN_MAX {
            let sentence = "has not been begun yet; its operations will tell what comes of it.";
            return Err(Problem::Refused(format!("The verification of {} {sentence}", asked.folder.name)));
        }
        progress::line(server, Some(id), told)?;
        thread::sleep(progress::POLL);
    }
}

/// What people should hear of, who asked whether all is well.
fn failure(folder: &Folder, operation: &Operation) -> Option<Problem> {
    let sentence = match operation.status {
        SyncStatus::Cancelled => "It was cancelled.",
        SyncStatus::Failed => operation.error.as_deref().unwrap_or("It failed; the log says why."),
        SyncStatus::Running | SyncStatus::Completed => return None,
    };
    Some(Problem::Refused(format!("{}: {sentence}", folder.name)))
}
