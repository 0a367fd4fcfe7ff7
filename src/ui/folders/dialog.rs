//! What has to be asked before a folder is added, changed or removed. One dialog, drawn when it is wanted.

use leptos::{prelude::*, task::spawn_local};

use super::{
    fields::{self, AddFields, EditFields, RemoveFields},
    row::Row,
};
use crate::{
    api::{
        Failure,
        folders::{add_folder, edit_folder, remove_folder},
    },
    browser::dialog,
    ui::parts::{
        asking::{Question, asking},
        shared::part,
    },
};

const DIALOG_ID: &str = "asking";

#[derive(Clone, Copy)]
pub enum Ask {
    Add,
    Edit(Row),
    Remove(Row),
}

/// What the page's dialog asks just now.
#[derive(Clone, Copy)]
pub struct Asked(pub RwSignal<Option<Ask>>);

#[component]
pub fn Asking() -> impl IntoView {
    let asked = expect_context::<Asked>().0;
    part(move || match asked.get() {
        Some(ask) => view! { <Dialog ask asked/> }.into_any(),
        None => ().into_any(),
    })
}

#[component]
fn Dialog(ask: Ask, asked: RwSignal<Option<Ask>>) -> impl IntoView {
    let (problem, busy) = (RwSignal::new(String::new()), RwSignal::new(false));
    let (heading, word) = words(ask);
    let question = Question { id: DIALOG_ID, heading, body: body(ask, problem), aside: ().into_any(), word };
    asking(question, busy, move || spawn_local(send(ask, problem, busy)), move || asked.set(None))
}

fn words(ask: Ask) -> (String, &'static str) {
    let name = |row: Row| row.now(|folder| folder.name.clone());
    match ask {
        Ask::Add => ("Add a folder".to_owned(), "Add"),
        Ask::Edit(row) => ("Edit ".to_owned() + &name(row), "Save"),
        Ask::Remove(row) => ("Remove ".to_owned() + &name(row) + "?", "Remove"),
    }
}

fn body(ask: Ask, problem: RwSignal<String>) -> AnyView {
    match ask {
        Ask::Add => view! { <AddFields problem/> }.into_any(),
        Ask::Edit(row) => view! { <EditFields row problem/> }.into_any(),
        Ask::Remove(_) => view! { <RemoveFields problem/> }.into_any(),
    }
}

/// The dialog may be closed before the answer comes. However long that takes: what was asked for is under way.
async fn send(ask: Ask, problem: RwSignal<String>, busy: RwSignal<bool>) {
    let answer = carry_out(ask).await;
    if busy.try_set(false).is_some() {
        return;
    }
    match answer {
        Ok(()) => dialog::close(DIALOG_ID),
        Err(failure) => problem.set(failure.to_string()),
    }
}

async fn carry_out(ask: Ask) -> Result<(), Failure> {
    match ask {
        Ask::Add => add_folder(fields::draft()).await.map(drop),
        Ask::Edit(row) => edit_folder(row.id, fields::edit()).await.map(drop),
        Ask::Remove(row) => remove_folder(row.id, fields::records()).await,
    }
}
