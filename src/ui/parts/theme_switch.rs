//! The button that goes round the three themes.

use leptos::prelude::*;

use super::{
    icon::{Icon, Sign},
    shared::{part, text},
};
use crate::browser::theme::{self, Theme};

#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let chosen = RwSignal::new(Theme::System);
    Effect::new(move || chosen.set(theme::shown()));
    let turn = move |_| {
        let next = chosen.get_untracked().next();
        theme::choose(next);
        chosen.set(next);
    };
    let label = text(move || label(chosen.get()).to_owned());
    view! {
        <button type="button" class="tool theme" title=label aria-label=label on:click=turn>
            {part(move || view! { <Icon sign=sign(chosen.get())/> }.into_any())}
        </button>
    }
}

fn label(theme: Theme) -> &'static str {
    match theme {
        Theme::System => "Theme: as the system has it",
        Theme::Dark => "Theme: dark",
        Theme::Light => "Theme: light",
    }
}

fn sign(theme: Theme) -> Sign {
    match theme {
        Theme::System => Sign::System,
        Theme::Dark => Sign::Dark,
        Theme::Light => Sign::Light,
    }
}
