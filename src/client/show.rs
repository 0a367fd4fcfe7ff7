//! Answers put for people: sentences and tables. Asks for nothing but what `status` shows.

use serde_json::Value;

use super::{Problem, Told, server::Server};
use crate::{
    model::{Folder, FolderList, FolderState, Operation},
    server::config::Asking,
    ui::{
        folders::words::kind,
        parts::words::{count, thousands},
    },
};

pub(super) fn json(told: &mut Told, answer: &Value) -> Result<(), Problem> {
    Ok(writeln!(told.out, "{answer:#}")?)
}

pub(super) fn sentence(told: &mut Told, sentence: &str) -> Result<(), Problem> {
    Ok(writeln!(told.out, "{sentence}")?)
}

pub(super) fn status(asking: &Asking, told: &mut Told) -> Result<(), Problem> {
    let server = Server::of(asking)?;
    let status = server.status()?;
    if asking.json {
        return json(told, &status.json);
    }
    let (status, list) = (status.what, server.folders()?.what);
    let data = status.data.unwrap_or_default();
    sentence(told, &format!("PixelSync {} is running on {data}: http://{}/", status.version, server.address))?;
    let number = u32::try_from(list.folders.len()).unwrap_or(u32::MAX);
    let pictures = count(status.pictures, "picture", "pictures");
    sentence(told, &format!("{pictures} in {}.\n", count(number, "folder", "folders")))?;
    write_table(told, &list.folders)
}

pub(super) fn folders(told: &mut Told, list: &FolderList) -> Result<(), Problem> {
    write_table(told, &list.folders)?;
    if list.allowed.is_empty() {
        return sentence(told, "\nNo folder can be added: the server was started without --allow-root DIR.");
    }
    sentence(told, &format!("\nFolders can be added below {}.", list.allowed.join(", ")))
}

/// What should be known of a folder stands below it.
fn write_table(told: &mut Told, folders: &[Folder]) -> Result<(), Problem> {
    let head = ["NAME", "STATE", "FILES", "MISSING", "PATH"].map(str::to_owned);
    let rows: Vec<[String; 5]> = [head].into_iter().chain(folders.iter().map(row)).collect();
    let wide = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (name_wide, state_wide, files_wide, missing_wide) = (wide(0), wide(1), wide(2), wide(3));
    let mut said = [None].into_iter().chain(folders.iter().map(said_of));
    for [name, state, files, missing, path] in &rows {
        writeln!(
            told.out,
            "{name:name_wide$}  {state:state_wide$}  {files:>files_wide$}  {missing:>missing_wide$}  {path}"
        )?;
        if let Some(sentence) = said.next().flatten() {
            writeln!(told.out, "  {sentence}")?;
        }
    }
    Ok(())
}

fn row(folder: &Folder) -> [String; 5] {
    let (present, missing) = (thousands(folder.present), thousands(folder.missing));
    [folder.name.clone(), state(folder.state).to_owned(), present, missing, folder.path.clone()]
}

fn state(state: FolderState) -> &'static str {
    match state {
        FolderState::Starting => "starting",
        FolderState::Watching => "watching",
        FolderState::Timer => "by the clock",
        FolderState::Paused => "paused",
        FolderState::Offline => "offline",
    }
}

fn said_of(folder: &Folder) -> Option<String> {
    let running = folder.running.as_ref().map(|running| format!("{}: {}.", kind(running.kind), progress(running)));
    running.or_else(|| folder.said.clone())
}

/// `34 of 100 files (34 %)`, or `34 files` as long as nobody knows how many there are.
pub(super) fn progress(running: &Operation) -> String {
    let done = running.found.scanned;
    match running.expected.filter(|expected| *expected >= done.max(1)) {
        None => count(done, "file", "files"),
        Some(expected) => {
            let percent = u64::from(done) * 100 / u64::from(expected);
            format!("{} of {} ({percent} %)", thousands(done), count(expected, "file", "files"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SyncSummary;

    #[test]
    fn progress_needs_no_end() {
        let mut running: Operation = serde_json::from_value(serde_json::json!({
            "id": 1, "folder": "00000000-0000-0000-0000-000000000001", "kind": "manual", "status": "running",
            "found": SyncSummary { scanned: 34, ..SyncSummary::default() }, "expected": null, "error": null,
            "started_ms": 0, "ended_ms": null,
        }))
        .expect("an operation");
        for (expected, said) in
            [(None, "34 files"), (Some(100), "34 of 100 files (34 %)"), (Some(0), "34 files"), (Some(33), "34 files")]
        {
            running.expected = expected;
            assert_eq!(progress(&running), said);
        }
    }
}
