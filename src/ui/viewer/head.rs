//! The line above the picture: the way back, its name and place.

use leptos::{ev::MouseEvent, prelude::*};

use super::{Viewer, turn::Turn};
use crate::ui::parts::{
    icon::{Icon, Sign},
    live_dot::LiveDot,
    theme_switch::ThemeSwitch,
    words,
};

#[component]
pub fn Head(turn: Turn) -> impl IntoView {
    let viewer = expect_context::<Viewer>();
    let name = move || viewer.shown.with(|shown| shown.as_ref().map(|shown| shown.card.name.clone()));
    let place = move || {
        viewer.shown.with(|shown| {
            let shown = shown.as_ref()?;
            Some(format!("{} of {}", words::thousands(shown.place), words::thousands(shown.total)))
        })
    };
    let original = move || viewer.shown.with(|shown| shown.as_ref().map(|shown| shown.card.original_url()));
    let back = move |event: MouseEvent| {
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            turn.back();
        }
    };
    view! {
        <header class="viewer-head">
            <a class="tool" href="/" aria-label="Back to all pictures" title="Back to all pictures (Esc)" on:click=back>
                <Icon sign=Sign::Back/>
            </a>
            <h1 class="viewer-name">{name}</h1>
            <span class="viewer-place">{place}</span>
            <div class="header-end">
                <LiveDot/>
                <ThemeSwitch/>
                <a class="tool original" href=original rel="external" target="_blank" title="Open the original file">
                    <Icon sign=Sign::Open/>
                    <span class="tool-words">"Original"</span>
                </a>
            </div>
        </header>
    }
}
