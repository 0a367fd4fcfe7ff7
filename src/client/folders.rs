//! `pixelsync folders`: lists, adds, pauses, removes.

use std::path::Path;

use super::{
    Problem, Told,
    server::{Server, from_anywhere},
    show,
};
use crate::{
    model::{Folder, FolderDraft, FolderEdit, Records, Watching},
    server::config::{Asking, FolderAct},
};

pub(super) fn run(asking: &Asking, act: Option<FolderAct>, told: &mut Told) -> Result<(), Problem> {
    let server = Server::of(asking)?;
    match act.unwrap_or(FolderAct::List) {
        FolderAct::List => {
            let list = server.folders()?;
            if asking.json { show::json(told, &list.json) } else { show::folders(told, &list.what) }
        }
        FolderAct::Add { path, name, by_the_clock, types } => {
            let watching = if by_the_clock { Watching::Timer } else { Watching::Auto };
            let added = server.add(&FolderDraft { path: text(&path)?, name, watching, types })?;
            if asking.json {
                return show::json(told, &added.json);
            }
            let Folder { name, path, .. } = added.what;
            show::sentence(told, &format!("{name} is added: {path}. Its pictures appear as they are read."))
        }
        FolderAct::Pause { folder } => pause(server, asking, &folder, true, told),
        FolderAct::Resume { folder } => pause(server, asking, &folder, false, told),
        FolderAct::Remove { folder, forget, keep: _ } => {
            let records = if forget { Records::Forget } else { Records::Keep };
            remove(server, asking, &folder, records, told)
        }
    }
}

/// Addresses and JSON carry text only.
fn text(path: &Path) -> Result<String, Problem> {
    let path = from_anywhere(path).into_os_string().into_string();
    path.map_err(|_| Problem::Refused("The path is no UTF-8. Give the folder a name that is.".to_owned()))
}

fn pause(server: Server, asking: &Asking, meant: &str, paused: bool, told: &mut Told) -> Result<(), Problem> {
    let folder = server.find(meant)?;
    let edited = server.edit(folder.id, &FolderEdit { paused: Some(paused), ..FolderEdit::default() })?;
    if asking.json {
        return show::json(told, &edited.json);
    }
    let name = folder.name;
    let sentence = if paused {
        format!("{name} is paused. What happens in it is found when it is resumed.")
    } else {
        format!("{name} is looked at again.")
    };
    show::sentence(told, &sentence)
}

fn remove(server: Server, asking: &Asking, meant: &str, records: Records, told: &mut Told) -> Result<(), Problem> {
    let folder = server.find(meant)?;
    server.remove(folder.id, records)?;
    if asking.json {
        return show::json(told, &serde_json::json!({ "removed": folder.id, "records": records }));
    }
    let kept = match records {
        Records::Keep => "What is known of its pictures is kept for the day when it is added again.",
        Records::Forget => "What was known of its pictures is forgotten.",
    };
    show::sentence(told, &format!("{} is removed. {kept} Its files are as they were.", folder.name))
}
