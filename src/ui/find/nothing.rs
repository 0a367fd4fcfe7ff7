//! Instead of pictures where none is found: what was asked for, and the way back to all of them.

use leptos::prelude::*;

use super::words;
use crate::{
    model::Query,
    ui::{
        gallery::Gallery,
        parts::{
            icon::{Icon, Sign},
            shared::{text, when},
        },
    },
};

#[component]
pub fn Nothing() -> impl IntoView {
    let gallery = expect_context::<Gallery>();
    let is_empty = move || gallery.total.get() == 0 && gallery.shown_view.with(Query::is_narrow);
    when(is_empty, || view! { <Words/> }.into_any())
}

#[component]
fn Words() -> impl IntoView {
    let Gallery { shown_view, folders, .. } = expect_context();
    let asked = text(move || shown_view.with(|view| folders.with(|folders| words::values(view, folders)).join(" · ")));
    view! {
        <div class="empty-card nothing" role="status">
            <Icon sign=Sign::Find/>
            <h2>"Nothing matches"</h2>
            <p>{asked}</p>
            <a class="button" href=text(move || shown_view.with(|view| view.without_limits().page_url()))>
                "Show all pictures"
            </a>
        </div>
    }
}
