//! The saved views in the sidebar: a link to each, how many pictures it finds, and a button that opens its dialog.

use leptos::prelude::*;

use super::{Views, dialog::Ask};
use crate::{
    model::ViewId,
    ui::{
        gallery::Gallery,
        parts::{
            icon::{Icon, Sign},
            shared::{maybe, text, when},
        },
    },
};

/// Of the first link in the sidebar: the keyboard goes there from a view that is deleted.
pub const PLACES_FIRST_ID: &str = "all-pictures";

/// Of the button that opens the view's dialog.
pub fn edit_id(id: ViewId) -> String {
    format!("edit-{id}")
}

#[component]
pub fn ViewList(here: &'static str) -> impl IntoView {
    let list = expect_context::<Views>().list;
    let ids = move || list.with(|list| list.iter().map(|view| view.id).collect::<Vec<_>>());
    let drawn = move || {
        view! {
            <ul class="views" aria-label="Saved views">
                <For each=ids key=|id| *id let:id>
                    <Line id here/>
                </For>
            </ul>
        }
        .into_any()
    };
    when(move || list.with(|list| !list.is_empty()), drawn)
}

#[component]
fn Line(id: ViewId, here: &'static str) -> impl IntoView {
    let (views, gallery) = (expect_context::<Views>(), expect_context::<Gallery>());
    let name = move || views.read(id, |view| view.name.clone());
    let href = text(move || views.read(id, |view| view.query.page_url()));
    let is_shown = move || here == "/" && gallery.view.with(|asked| views.read(id, |view| view.query == *asked));
    let count = text(move || views.counts.of(&views.read(id, |view| view.query.clone())));
    view! {
        <li class="view">
            <a class="place" href=href aria-current=maybe(move || is_shown().then(|| "page".to_owned()))>
                <Icon sign=Sign::View/>
                <span class="view-name">{text(name)}</span>
                <span class="place-count">{count}</span>
            </a>
            <button
                type="button"
                class="view-edit"
                id=edit_id(id)
                aria-label=text(move || format!("Edit the view “{}”", name()))
                on:click=move |_| views.asked.set(Some(Ask::Edit(id)))
            >
                <Icon sign=Sign::Edit/>
            </button>
        </li>
    }
}
