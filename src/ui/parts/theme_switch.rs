//! The button that goes round the three themes.

use leptos::prelude::*;

use super::icon::{Icon, Sign};
use crate::browser::theme::{self, Theme};

#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let chosen = RwSignal::new(Theme::System);
    Effect::new(move || chosen.set(theme::remembered()));
    let turn = move |_| {
        let next = chosen.get_untracked().next();
        theme::choose(next);
        chosen.set(next);
    };
    let label = move || match chosen.get() {
        Theme::System => "Theme: as the system has it",
        Theme::Dark => "Theme: dark",
        Theme::Light => "Theme: light",
    };
    let sign = move || match chosen.get() {
        Theme::System => Sign::System,
        Theme::Dark => Sign::Dark,
        Theme::Light => Sign::Light,
    };
    view! {
        <button type="button" class="tool theme" title=label aria-label=label on:click=turn>
            {move || view! { <Icon sign=sign()/> }}
        </button>
    }
}
