//! What is shown instead of something that could not be had: a sentence, and a way to try again.

use leptos::prelude::*;

use super::{
    icon::{Icon, Sign},
    shared::part,
};
use crate::api::Failure;

#[component]
pub fn Problem(heading: &'static str, failure: Failure, retry: impl Fn() + Send + 'static) -> impl IntoView {
    view! {
        <main class="gallery empty">
            <div class="empty-card" role="alert">
                <Icon sign=Sign::Broken/>
                <h1>{heading}</h1>
                <p>{failure.to_string()}</p>
                <button type="button" class="button" on:click=move |_| retry()>"Try again"</button>
            </div>
        </main>
    }
}

/// The same in one line, above content that stays.
#[component]
pub fn Banner(failure: RwSignal<Option<Failure>>) -> impl IntoView {
    part(move || match failure.get() {
        Some(failure) => view! { <p class="banner" role="alert">{failure.to_string()}</p> }.into_any(),
        None => ().into_any(),
    })
}
