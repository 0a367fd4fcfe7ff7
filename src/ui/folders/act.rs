//! What the press of one button does to folders. How it went stands in the list, or in a notice.

use std::mem;

use leptos::{prelude::*, task::spawn_local};

use super::words::describe;
use crate::{
    api::{
        Failure,
        folders::{cancel_operation, edit_folder, scan_folder, verify_folder},
    },
    browser::wait,
    model::{FolderEdit, FolderId},
    ui::parts::notice::Notices,
};

#[derive(Clone, Copy)]
pub enum Act {
    /// One folder, or all.
    Scan(Option<FolderId>),
    Verify(FolderId),
    Pause(FolderId),
    Resume(FolderId),
    Cancel(FolderId),
}

/// One at a time for whoever shows `busy`, who may be gone when it is over.
pub fn carry_out(act: Act, busy: RwSignal<bool>, notices: Notices) {
    if busy.try_update(|busy| mem::replace(busy, true)) != Some(false) {
        return;
    }
    spawn_local(async move {
        match ask(act).await {
            Ok(Some(sentence)) => notices.say(sentence),
            Ok(None) => {}
            Err(failure) => notices.warn(failure.to_string()),
        }
        let _ = busy.try_set(false);
    });
}

/// A scan answers when it is over, however long that takes.
async fn ask(act: Act) -> Result<Option<String>, Failure> {
    if let Act::Scan(id) = act {
        return scan_folder(id).await.map(|summary| Some(describe(&summary)));
    }
    wait::for_answer(async move {
        match act {
            Act::Scan(_) => {}
            Act::Verify(id) => verify_folder(id).await?,
            Act::Pause(id) => set_paused(id, true).await?,
            Act::Resume(id) => set_paused(id, false).await?,
            Act::Cancel(id) => cancel_operation(id).await?,
        }
        Ok(None)
    })
    .await
}

async fn set_paused(id: FolderId, paused: bool) -> Result<(), Failure> {
    let edit = FolderEdit { paused: Some(paused), ..Default::default() };
    edit_folder(id, edit).await.map(drop)
}
