//! What is asked before a view is saved, changed or deleted. One dialog, drawn when it is wanted.

use leptos::{prelude::*, task::spawn_local};

use super::{
    Views,
    fields::{self, EditFields, SaveFields},
    list::{PLACES_FIRST_ID, edit_id},
};
use crate::{
    api::{
        Failure,
        views::{delete_view, edit_view, save_view},
    },
    browser::{dialog, focus, wait},
    model::{Query, View, ViewDraft, ViewEdit, ViewId},
    ui::{
        find::panel,
        gallery::Gallery,
        later::{Later, Shown},
        parts::{
            asking::{Question, asking, said},
            notice::Notices,
            shared::{part, press, text},
        },
    },
};

const DIALOG_ID: &str = "view-asking";

#[derive(Clone, Copy)]
pub enum Ask {
    Save,
    Edit(ViewId),
    Delete(ViewId),
}

#[component]
pub fn Asking() -> impl IntoView {
    let asked = expect_context::<Views>().asked;
    part(move || match asked.get() {
        Some(ask) => view! { <Shown later=Later::ViewDialog(ask)/> }.into_any(),
        None => ().into_any(),
    })
}

#[component]
pub fn Dialog(ask: Ask) -> impl IntoView {
    let (views, notices) = (expect_context::<Views>(), expect_context::<Notices>());
    let (problem, busy) = (RwSignal::new(String::new()), RwSignal::new(false));
    let name = move |id| untrack(|| views.read(id, |view| view.name.clone()));
    let (heading, word) = match ask {
        Ask::Save => ("Save view".to_owned(), "Save"),
        Ask::Edit(id) => (format!("Edit “{}”", name(id)), "Save"),
        Ask::Delete(id) => (format!("Delete “{}”?", name(id)), "Delete"),
    };
    let body = match ask {
        Ask::Save => view! { <SaveFields problem/> }.into_any(),
        Ask::Edit(id) => view! { <EditFields id problem/> }.into_any(),
        Ask::Delete(_) => {
            view! { <p>"Only the view goes. The pictures that it finds stay."</p> {said(problem)} }.into_any()
        }
    };
    let aside = match ask {
        Ask::Edit(id) => {
            let delete = move || views.asked.set(Some(Ask::Delete(id)));
            press(text(|| "Delete".to_owned()), Signal::stored(false), delete).into_any()
        }
        _ => ().into_any(),
    };
    let (query, done) = (expect_context::<Gallery>().view, StoredValue::new(false));
    let send = move || {
        let sent = carry_out(ask, query.with_untracked(Query::search));
        spawn_local(async move {
            let answer = sent.await;
            // the dialog may be closed before the answer comes; the list itself hears of it by the feed
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(sentence) => {
                    done.set_value(true);
                    notices.say(sentence);
                    dialog::close(DIALOG_ID);
                }
                Err(failure) => problem.set(failure.to_string()),
            }
        });
    };
    let closed = move || {
        let done = done.get_value();
        views.asked.set(None);
        give_keyboard(ask, done);
    };
    asking(Question { id: DIALOG_ID, heading, body, aside, word }, busy, send, closed)
}

/// What was pressed may be gone, or have been of a dialog before this one; the keyboard must not go with it.
fn give_keyboard(ask: Ask, done: bool) {
    match (ask, done) {
        (Ask::Save, false) => {}
        (Ask::Save, true) => focus::give(panel::BUTTON_ID),
        (Ask::Edit(id), _) | (Ask::Delete(id), false) => focus::give(&edit_id(id)),
        (Ask::Delete(_), true) => focus::give(PLACES_FIRST_ID),
    }
}

/// What was written is read before anything is waited for.
fn carry_out(ask: Ask, query: String) -> impl Future<Output = Result<String, Failure>> {
    let (name, replaces) = (fields::name(), fields::replaces());
    wait::for_answer(async move {
        let saved = |view: View| format!("“{}” is saved.", view.name);
        match ask {
            Ask::Save => save_view(ViewDraft { name, query }).await.map(saved),
            Ask::Edit(id) => {
                let edit = ViewEdit { name: Some(name), query: Some(query).filter(|_| replaces), position: None };
                edit_view(id, edit).await.map(saved)
            }
            Ask::Delete(id) => delete_view(id).await.map(|()| "The view is deleted.".to_owned()),
        }
    })
}
