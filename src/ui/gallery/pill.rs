//! How many pictures arrived above what is looked at. Goes up to them when pressed.

use leptos::prelude::*;

use super::Gallery;
use crate::ui::parts::{
    shared::{text, when},
    words,
};

#[component]
pub fn Pill(press: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let held = expect_context::<Gallery>().held;
    let pill = move || {
        view! {
            <button type="button" class="pill" on:click=move |_| press()>
                <span aria-hidden="true">"↑ "</span>
                {text(move || words::thousands(held.get()))}
                " new"
            </button>
        }
        .into_any()
    };
    view! {
        <div class="pill-rail" aria-live="polite">
            {when(move || held.get() > 0, pill)}
        </div>
    }
}
