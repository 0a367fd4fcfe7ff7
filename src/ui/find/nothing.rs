//! Instead of pictures where none is found: what was asked for, and the way back to all of them; or that there may be some once
//! all are sorted in.

use leptos::prelude::*;

use super::{ready::Readiness, words};
use crate::{
    model::Query,
    ui::{
        gallery::Gallery,
        parts::{
            icon::{Icon, Sign},
            shared::{choose, text, when},
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
    let (Gallery { shown_view, folders, .. }, readiness) = (expect_context(), expect_context::<Readiness>());
    readiness.follow();
    let is_getting = readiness.is_getting;
    let asked = text(move || shown_view.with(|view| folders.with(|folders| words::values(view, folders)).join(" · ")));
    view! {
        <div class="empty-card nothing" role="status">
            <Icon sign=Sign::Find/>
            {choose(move || is_getting.get(), sorting, || view! { <h2>"Nothing matches"</h2> }.into_any())}
            <p>{asked}</p>
            <a class="button" href=text(move || shown_view.with(|view| view.without_limits().page_url()))>
                "Show all pictures"
            </a>
        </div>
    }
}

fn sorting() -> AnyView {
    view! {
        <h2>"Getting ready"</h2>
        <p>"Pictures are still being sorted in. What matches shows by itself."</p>
    }
    .into_any()
}
