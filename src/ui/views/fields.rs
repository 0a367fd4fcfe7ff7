//! The fields of the dialog, and what was written in them. Saves nothing; only where a view stands is changed at once.

use leptos::{prelude::*, task::spawn_local};

use super::{
    Views,
    words::{described, proposed_name},
};
use crate::{
    api::views::edit_view,
    browser::{fields, wait},
    model::{Query, ViewEdit, ViewId},
    ui::{
        find::Address,
        gallery::Gallery,
        parts::{
            asking::said,
            shared::{press, text},
        },
    },
};

const NAME_ID: &str = "view-name";
const REPLACE_ID: &str = "view-replace";

pub fn name() -> String {
    fields::text(NAME_ID)
}

/// Whether the view is to ask for what is shown now.
pub fn replaces() -> bool {
    fields::is_ticked(REPLACE_ID)
}

#[component]
pub fn SaveFields(problem: RwSignal<String>) -> impl IntoView {
    let Gallery { view, folders, .. } = expect_context();
    let say = |of: fn(&Query, &[crate::model::Folder]) -> String| {
        view.with_untracked(|view| folders.with_untracked(|folders| of(view, folders)))
    };
    view! {
        {name_field(say(proposed_name))}
        {said(problem)}
        <p class="view-asks">{say(described)}</p>
    }
}

#[component]
pub fn EditFields(id: ViewId, problem: RwSignal<String>) -> impl IntoView {
    let (Gallery { view, folders, .. }, views) = (expect_context(), expect_context::<Views>());
    let now = |query: &Query| folders.with_untracked(|folders| described(query, folders));
    let (name, query) = untrack(|| views.read(id, |view| (view.name.clone(), view.query.clone())));
    // elsewhere nobody sees what the gallery asks for
    let is_seen = Address::here().is_of_gallery();
    let shown = Some(view.get_untracked()).filter(|shown| is_seen && !shown.is_all() && *shown != query);
    let replace = shown.map(|shown| {
        view! {
            <label class="choice">
                <input type="checkbox" id=REPLACE_ID/>
                <span>"Change it to what is shown now: " <b>{now(&shown)}</b></span>
            </label>
        }
    });
    view! {
        {name_field(name)}
        {said(problem)}
        <p class="view-asks">{now(&query)}</p>
        {replace}
        <Place id problem/>
    }
}

/// Whoever writes another name need not wipe this one out.
fn name_field(name: String) -> impl IntoView {
    Effect::new(|| fields::select(NAME_ID));
    view! {
        <label class="field">
            "Name"
            <input id=NAME_ID type="text" value=name aria-describedby="problem" autocomplete="off" autofocus/>
        </label>
    }
}

/// Up and down among the others, which is seen at once.
#[component]
fn Place(id: ViewId, problem: RwSignal<String>) -> impl IntoView {
    let (views, busy) = (expect_context::<Views>(), RwSignal::new(false));
    let place = move || views.list.with(|list| list.iter().position(|view| view.id == id)).unwrap_or_default();
    let last = move || views.list.with(Vec::len).saturating_sub(1);
    let go = move |to: usize| {
        if busy.try_update(|busy| std::mem::replace(busy, true)) != Some(false) {
            return;
        }
        spawn_local(async move {
            let edit = ViewEdit { position: u32::try_from(to).ok(), ..ViewEdit::default() };
            if let Err(failure) = wait::for_answer(edit_view(id, edit)).await {
                let _ = problem.try_set(failure.to_string());
            }
            let _ = busy.try_set(false);
        });
    };
    let (is_first, is_last) = (Signal::derive(move || place() == 0), Signal::derive(move || place() >= last()));
    view! {
        <div class="view-place">
            <span aria-live="polite">{text(move || format!("Position {} of {}", place() + 1, last() + 1))}</span>
            {press(text(|| "Move up".to_owned()), is_first, move || go(place().saturating_sub(1)))}
            {press(text(|| "Move down".to_owned()), is_last, move || go(place() + 1))}
        </div>
    }
}
