//! The running server of a data folder: found, and asked. Knows what it answers, not how that is shown.

use std::{
    io::{self, Read},
    net::SocketAddr,
    path::{Path, PathBuf},
};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Problem, http};
use crate::{
    model::{
        Folder, FolderDraft, FolderEdit, FolderId, FolderList, Operation, Records, SyncSummary,
        export::{Export, ExportDraft},
    },
    server::{address, config::Asking},
};

#[derive(Clone, Copy)]
pub(super) struct Server {
    pub(super) address: SocketAddr,
}

/// What `GET /api/v1/status` says of it.
#[derive(Deserialize)]
pub(super) struct Status {
    pub(super) version: String,
    pub(super) data: Option<String>,
    pub(super) pictures: u32,
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

#[derive(Deserialize)]
struct Scanned {
    summary: SyncSummary,
}

#[derive(Deserialize)]
struct Operations {
    operations: Vec<Operation>,
}

/// The answer as it came and as it is meant.
pub(super) struct Answered<T> {
    pub(super) json: Value,
    pub(super) what: T,
}

impl Server {
    /// Whoever answers at an address that was left behind is asked which data folder it has.
    pub(super) fn of(asking: &Asking) -> Result<Server, Problem> {
        let data = asking.data_folder()?;
        let not_running = || Problem::NotRunning(data.clone());
        let server = Server { address: address::read(&data).ok_or_else(not_running)? };
        let status = match server.status() {
            Ok(status) => status.what,
            // a database that is away does not make it another server
            Err(Problem::Refused(sentence)) => return Err(Problem::Refused(sentence)),
            Err(_) => return Err(not_running()),
        };
        if status.data == whole(&data) { Ok(server) } else { Err(not_running()) }
    }

    fn ask<T: DeserializeOwned>(self, method: &str, path: &str, body: Option<Value>) -> Result<Answered<T>, Problem> {
        understood(&http::ask(self.address, method, &format!("/api/v1/{path}"), body.as_ref()).map_err(unanswered)?)
    }

    pub(super) fn status(self) -> Result<Answered<Status>, Problem> {
        self.ask("GET", "status", None)
    }

    pub(super) fn folders(self) -> Result<Answered<FolderList>, Problem> {
        self.ask("GET", "folders", None)
    }

    pub(super) fn folder(self, id: FolderId) -> Result<Folder, Problem> {
        self.ask("GET", &format!("folders/{id}"), None).map(|answered| answered.what)
    }

    pub(super) fn add(self, draft: &FolderDraft) -> Result<Answered<Folder>, Problem> {
        self.ask("POST", "folders", Some(json!(draft)))
    }

    pub(super) fn edit(self, id: FolderId, edit: &FolderEdit) -> Result<Answered<Folder>, Problem> {
        self.ask("PATCH", &format!("folders/{id}"), Some(json!(edit)))
    }

    pub(super) fn remove(self, id: FolderId, records: Records) -> Result<(), Problem> {
        let records = match records {
            Records::Keep => "keep",
            Records::Forget => "forget",
        };
        self.ask::<()>("DELETE", &format!("folders/{id}?records={records}"), None).map(drop)
    }

    /// Waits until folder and catalogue agree.
    pub(super) fn scan(self, id: Option<FolderId>) -> Result<Answered<SyncSummary>, Problem> {
        let path = id.map_or("scan".to_owned(), |id| format!("folders/{id}/scan"));
        let Answered { json, what: Scanned { summary } } = self.ask("POST", &path, None)?;
        Ok(Answered { json, what: summary })
    }

    pub(super) fn verify(self, id: FolderId) -> Result<(), Problem> {
        self.ask::<Value>("POST", &format!("folders/{id}/verify"), None).map(drop)
    }

    /// The newest first.
    pub(super) fn operations(self, id: FolderId) -> Result<Vec<Operation>, Problem> {
        let Operations { operations } = self.ask("GET", &format!("folders/{id}/operations"), None)?.what;
        Ok(operations)
    }

    pub(super) fn begin_export(self, draft: &ExportDraft) -> Result<Export, Problem> {
        self.ask("POST", "exports", Some(json!(draft))).map(|answered| answered.what)
    }

    /// None once it was deleted, or has expired.
    pub(super) fn export(self, id: Uuid) -> Result<Option<Export>, Problem> {
        let path = format!("/api/v1/exports/{id}");
        let answer = http::ask(self.address, "GET", &path, None).map_err(unanswered)?;
        if answer.status == 404 {
            return Ok(None);
        }
        understood(&answer).map(|answered| Some(answered.what))
    }

    pub(super) fn end_export(self, id: Uuid) -> Result<(), Problem> {
        self.ask::<()>("DELETE", &format!("exports/{id}"), None).map(drop)
    }

    /// What lies at a path, from one of its bytes on.
    pub(super) fn fetch(self, path: &str, from: u64) -> io::Result<Box<dyn Read>> {
        http::fetch(self.address, path, from)
    }

    /// The one that is meant by its id, its path or its name.
    pub(super) fn find(self, meant: &str) -> Result<Folder, Problem> {
        chosen(self.folders()?.what.folders, meant).map_err(Problem::Refused)
    }
}

fn understood<T: DeserializeOwned>(answer: &http::Answer) -> Result<Answered<T>, Problem> {
    if !(200..300).contains(&answer.status) {
        let refusal: Refusal = serde_json::from_slice(&answer.body).map_err(|_| Problem::NotUnderstood)?;
        return Err(Problem::Refused(refusal.error));
    }
    // no content is nothing
    let body = if answer.body.is_empty() { b"null" } else { answer.body.as_slice() };
    let json: Value = serde_json::from_slice(body).map_err(|_| Problem::NotUnderstood)?;
    let what = T::deserialize(&json).map_err(|_| Problem::NotUnderstood)?;
    Ok(Answered { json, what })
}

fn unanswered(error: io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::InvalidData => Problem::NotUnderstood,
        _ => Problem::Gone(error),
    }
}

/// As the server writes paths that it resolved.
fn whole(data: &Path) -> Option<String> {
    data.canonicalize().ok().map(|data| data.display().to_string())
}

/// A path as it is from anywhere, links resolved where it is there.
pub(super) fn from_anywhere(path: &Path) -> PathBuf {
    path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
}

fn chosen(folders: Vec<Folder>, meant: &str) -> Result<Folder, String> {
    // compared as paths, to which a slash at the end is nothing
    let paths = [PathBuf::from(meant), from_anywhere(Path::new(meant))];
    let is_it =
        |folder: &Folder| folder.id.to_string() == meant || paths.iter().any(|path| path == Path::new(&folder.path));
    let (mut exact, others): (Vec<_>, Vec<_>) = folders.into_iter().partition(is_it);
    if let Some(folder) = exact.pop() {
        return Ok(folder);
    }
    let mut named: Vec<Folder> = others.into_iter().filter(|folder| folder.name == meant).collect();
    match (named.pop(), named.as_slice()) {
        (Some(folder), []) => Ok(folder),
        (Some(folder), more) => {
            let paths: Vec<&str> = more.iter().chain([&folder]).map(|folder| folder.path.as_str()).collect();
            Err(format!("Several folders are called {meant}. Say which by its path: {}", paths.join(", ")))
        }
        (None, _) => Err(format!("No folder is called {meant} or lies there. `pixelsync folders` lists them.")),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::{FolderState, Watching};

    pub(in crate::client) fn folder(number: u128, name: &str, path: &str) -> Folder {
        Folder {
            id: FolderId(Uuid::from_u128(number)),
            name: name.to_owned(),
            path: path.to_owned(),
            managed: false,
            state: FolderState::Watching,
            said: None,
            watching: Watching::Auto,
            types: Vec::new(),
            present: 0,
            missing: 0,
            running: None,
            last: None,
        }
    }

    #[test]
    fn a_folder_is_meant_by_id_path_or_name() {
        let all = || vec![folder(1, "a", "/x/a"), folder(2, "b", "/x/b"), folder(3, "b", "/y/b")];
        let check = |meant: &str, expect: Option<u128>| {
            let found = chosen(all(), meant).ok().map(|folder| folder.id.0.as_u128());
            assert_eq!(found, expect, "{meant}");
        };
        check("a", Some(1));
        check("/x/b", Some(2));
        check("/y/b/", Some(3));
        check("00000000-0000-0000-0000-000000000003", Some(3));
        check("c", None);
        assert_eq!(
            chosen(all(), "b"),
            Err("Several folders are called b. Say which by its path: /x/b, /y/b".to_owned())
        );
    }
}
