//! One folder of the list, read where it is shown: what stands there follows the list, and no element is made anew.

use leptos::prelude::*;

use crate::{
    model::{Folder, FolderId, FolderState, Operation},
    ui::{
        gallery::Gallery,
        parts::shared::{maybe, text},
    },
};

#[derive(Clone, Copy, PartialEq)]
pub struct Row {
    folders: RwSignal<Vec<Folder>>,
    pub id: FolderId,
}

/// Plain functions throughout, because each closure would be a type of its own.
impl Row {
    fn read<T: Default>(self, of: fn(&Folder) -> T) -> T {
        self.folders.with(|folders| folders.iter().find(|folder| folder.id == self.id).map(of).unwrap_or_default())
    }

    pub fn text(self, of: fn(&Folder) -> String) -> Signal<String> {
        text(move || self.read(of))
    }

    pub fn maybe(self, of: fn(&Folder) -> Option<String>) -> Signal<Option<String>> {
        maybe(move || self.read(of))
    }

    pub fn is(self, asked: fn(&Folder) -> bool) -> impl Fn() -> bool + Copy + Send + Sync + 'static {
        move || self.read(asked)
    }

    /// Of what is under way; empty when nothing is.
    pub fn of_running(self, of: fn(&Operation) -> String) -> Signal<String> {
        text(move || self.running().as_ref().map(of).unwrap_or_default())
    }

    pub fn state(self) -> FolderState {
        self.read(|folder| folder.state)
    }

    pub fn running(self) -> Option<Operation> {
        self.read(|folder| folder.running.clone())
    }

    pub fn last(self) -> Option<Operation> {
        self.read(|folder| folder.last.clone())
    }

    /// What never changes, or is wanted once.
    pub fn now<T: Default>(self, of: fn(&Folder) -> T) -> T {
        untrack(|| self.read(of))
    }
}

/// In the server's order, the managed one first.
pub fn each_folder(draw: fn(Row) -> AnyView) -> impl IntoView {
    let folders = expect_context::<Gallery>().folders;
    let ids = move || folders.with(|folders| folders.iter().map(|folder| folder.id).collect::<Vec<_>>());
    view! {
        <For each=ids key=|id| *id let:id>
            {draw(Row { folders, id })}
        </For>
    }
}
