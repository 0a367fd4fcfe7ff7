//! The line of what is asked for: each of it a link that takes it away, and a button that saves it all. Words have the heading
//! and the field.

use leptos::prelude::*;

use super::{panel, words};
use crate::{
    browser::focus,
    ui::{
        gallery::Gallery,
        parts::{
            icon::{Icon, Sign},
            shared::{text, when},
        },
        views::{
            Views,
            save::{SaveView, can_save},
        },
    },
};

#[component]
pub fn Chips() -> impl IntoView {
    let (gallery, views) = (expect_context::<Gallery>(), expect_context::<Views>());
    let has_chips = move || gallery.view.with(|view| !asked(&view.pairs()).is_empty());
    let can_save = move || can_save(gallery, views);
    let line = move || {
        view! {
            <div class="asked">
                {when(has_chips, || view! { <Line/> }.into_any())}
                {when(can_save, || view! { <SaveView/> }.into_any())}
            </div>
        }
        .into_any()
    };
    when(move || has_chips() || can_save(), line)
}

fn asked(pairs: &[(&'static str, String)]) -> Vec<(&'static str, String)> {
    pairs.iter().filter(|(key, _)| !matches!(*key, "q" | "sort")).cloned().collect()
}

#[component]
fn Line() -> impl IntoView {
    let view = expect_context::<Gallery>().view;
    let all = text(move || view.with(|view| view.without_limits().page_url()));
    view! {
        <ul class="chips" aria-label="Filters">
            <For each=move || view.with(|view| asked(&view.pairs())) key=Clone::clone let:pair>
                <Chip key=pair.0 value=pair.1/>
            </For>
            <li>
                <a class="chip-clear" href=all on:click=keep_keyboard>
                    "Clear all"
                </a>
            </li>
        </ul>
    }
}

#[component]
fn Chip(key: &'static str, value: String) -> impl IntoView {
    let Gallery { view, folders, .. } = expect_context();
    let (asked, said) = (value.clone(), value);
    let without = text(move || {
        view.with(|view| if view.asks(key, &asked) { view.toggled(key, &asked).page_url() } else { view.page_url() })
    });
    let name = text(move || folders.with(|folders| words::value(key, &said, folders)));
    view! {
        <li>
            <a class="chip" href=without on:click=keep_keyboard>
                <span class="visually-hidden">"Without "</span>
                {name}
                <Icon sign=Sign::Close/>
            </a>
        </li>
    }
}

/// What was pressed goes; the keyboard must not go with it.
fn keep_keyboard(_: leptos::ev::MouseEvent) {
    focus::give(panel::BUTTON_ID);
}
