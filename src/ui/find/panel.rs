//! The filters: the sides by which pictures can be told apart, with how many there are of each kind.

use leptos::{html::Div, prelude::*};

use super::{dates::Dates, facets::Facets, group::Group, values::SIDES};
use crate::{
    browser::focus,
    ui::{
        gallery::Gallery,
        later::{Later, Shown},
        parts::{
            icon::{Icon, Sign},
            shared::{part, press, text, when},
        },
    },
};

pub const BUTTON_ID: &str = "filter";
const PANEL_ID: &str = "filters";

#[component]
pub fn FilterPanel() -> impl IntoView {
    let gallery = expect_context::<Gallery>();
    let (seen, panel) = (RwSignal::new(false), NodeRef::<Div>::new());
    let toggled = move |_| {
        if let Some(panel) = panel.get_untracked() {
            seen.set(focus::is_open(&panel));
        }
    };
    let close = move || {
        if let Some(panel) = panel.get_untracked() {
            focus::close_popover(&panel);
        }
    };
    let Gallery { view, total, counting, all, .. } = gallery;
    let shown = text(move || view.with(|view| super::words::count(view, total.get(), counting.get(), all.get())));
    view! {
        <button type="button" class="bar-button filter-button" id=BUTTON_ID popovertarget=PANEL_ID>
            <Icon sign=Sign::Filter/>
            <span class="bar-button-words">"Filter"</span>
        </button>
        <div class="filters" id=PANEL_ID popover="auto" role="dialog" aria-label="Filter" node_ref=panel on:toggle=toggled>
            <div class="filters-head">
                <h2>"Filter"</h2>
                <span class="filters-count">{shown}</span>
                <button type="button" class="tool" aria-label="Close the filters" on:click=move |_| close()>
                    <Icon sign=Sign::Close/>
                </button>
            </div>
            {when(move || seen.get(), move || view! { <Shown later=Later::Filters(seen)/> }.into_any())}
        </div>
    }
}

#[component]
pub fn Filters(seen: RwSignal<bool>) -> impl IntoView {
    let facets = Facets::new(expect_context(), seen);
    view! {
        {trouble(facets)}
        <Sides facets/>
    }
}

fn trouble(facets: Facets) -> impl IntoView {
    part(move || match facets.trouble.get() {
        Some(failure) => {
            let again = press(text(|| "Try again".into()), Signal::from(false), move || facets.read());
            view! { <p class="filters-trouble" role="alert">"The pictures cannot be counted. " {failure.to_string()} {again}</p> }
                .into_any()
        }
        None => ().into_any(),
    })
}

#[component]
fn Sides(facets: Facets) -> impl IntoView {
    let waits = move || facets.counted.with(Option::is_none) && facets.trouble.with(Option::is_none);
    let bones = || {
        view! {
            <p class="visually-hidden" role="status">"Counting…"</p>
            <span class="bone"></span>
            <span class="bone"></span>
            <span class="bone"></span>
        }
        .into_any()
    };
    view! {
        {when(waits, bones)}
        {SIDES.map(|key| view! { <Group key facets/> }).into_iter().collect_view()}
        <Dates/>
    }
}
