//! What the press of one button does to folders. How it went stands in the list, or in a notice.

use std::{mem, pin::Pin};

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
    Scan(FolderId),
    Verify(FolderId),
    Pause(FolderId),
    Resume(FolderId),
    Cancel(FolderId),
}

pub fn carry_out(act: Act, busy: RwSignal<bool>, notices: Notices) {
    match act {
        Act::Scan(id) => scan(Some(id), busy, notices),
        Act::Verify(id) => only(verify_folder(id), busy, notices),
        Act::Pause(id) => only(set_paused(id, true), busy, notices),
        Act::Resume(id) => only(set_paused(id, false), busy, notices),
        Act::Cancel(id) => only(cancel_operation(id), busy, notices),
    }
}

/// One folder, or all. It answers when it is over, however long that takes.
pub fn scan(folder: Option<FolderId>, busy: RwSignal<bool>, notices: Notices) {
    let scanned = async move { scan_folder(folder).await.map(|summary| Some(describe(&summary))) };
    begin(Box::pin(scanned), busy, notices);
}

fn only(asked: impl Future<Output = Result<(), Failure>> + 'static, busy: RwSignal<bool>, notices: Notices) {
    begin(Box::pin(async { wait::for_answer(asked).await.map(|()| None) }), busy, notices);
}

async fn set_paused(id: FolderId, paused: bool) -> Result<(), Failure> {
    let edit = FolderEdit { paused: Some(paused), ..Default::default() };
    edit_folder(id, edit).await.map(drop)
}

type Work = Pin<Box<dyn Future<Output = Result<Option<String>, Failure>>>>;

/// One at a time for whoever shows `busy`, who may be gone when it is over.
fn begin(work: Work, busy: RwSignal<bool>, notices: Notices) {
    if busy.try_update(|busy| mem::replace(busy, true)) != Some(false) {
        return;
    }
    spawn_local(async move {
        match work.await {
            Ok(Some(sentence)) => notices.say(sentence),
            Ok(None) => {}
            Err(failure) => notices.warn(failure.to_string()),
        }
        let _ = busy.try_set(false);
    });
}
