//! How a folder is, in a sign and words, and how far its operation has come. Knows no page.

use leptos::prelude::*;

use super::row::Row;
use crate::{
    model::{FolderState, Operation},
    ui::parts::{
        icon::{Icon, Sign},
        shared::{part, when},
    },
};

#[component]
pub fn State(row: Row) -> impl IntoView {
    view! {
        <span class="folder-state" data-state=row.text(|folder| name(folder.state).to_owned())>
            {part(move || view! { <Icon sign=sign(row.state())/> }.into_any())}
            {row.text(|folder| label(folder.state).to_owned())}
        </span>
    }
}

/// Without a known end it only says that something is under way.
#[component]
pub fn Bar(row: Row) -> impl IntoView {
    let end = row.maybe(|folder| folder.running.as_ref().and_then(end));
    let done = row.maybe(|folder| folder.running.as_ref().and_then(done));
    let bar = move || view! { <progress class="folder-bar" aria-label="Looked at" max=end value=done></progress> };
    when(row.is(|folder| folder.running.is_some()), move || bar().into_any())
}

/// There may be more than was known of when it began.
fn end(operation: &Operation) -> Option<String> {
    operation.expected.map(|expected| expected.max(operation.found.scanned).max(1).to_string())
}

fn done(operation: &Operation) -> Option<String> {
    operation.expected.map(|_| operation.found.scanned.to_string())
}

fn name(state: FolderState) -> &'static str {
    match state {
        FolderState::Starting => "starting",
        FolderState::Watching => "watching",
        FolderState::Timer => "timer",
        FolderState::Paused => "paused",
        FolderState::Offline => "offline",
    }
}

fn label(state: FolderState) -> &'static str {
    match state {
        FolderState::Starting => "Starting",
        FolderState::Watching => "Watching",
        FolderState::Timer => "By the clock",
        FolderState::Paused => "Paused",
        FolderState::Offline => "Offline",
    }
}

fn sign(state: FolderState) -> Sign {
    match state {
        FolderState::Starting => Sign::Scan,
        FolderState::Watching => Sign::Eye,
        FolderState::Timer => Sign::Waiting,
        FolderState::Paused => Sign::Pause,
        FolderState::Offline => Sign::Away,
    }
}
