//! The line above the grid: what is shown, how many, and the ways to see others or in another order.

use leptos::prelude::*;

use super::{Gallery, look::LookControls};
use crate::ui::{
    find::{panel::FilterPanel, sort::SortMenu, words},
    parts::shared::{maybe, text},
};

#[component]
pub fn Bar() -> impl IntoView {
    let Gallery { shown_view, folders, total, counting, all, .. } = expect_context();
    let heading = text(move || shown_view.with(|view| folders.with(|folders| words::heading(view, folders))));
    let count = text(move || shown_view.with(|view| words::count(view, total.get(), counting.get(), all.get())));
    // what was looked for is worth hearing; what arrives by itself is not
    let polite = maybe(move || shown_view.with(|view| view.is_narrow()).then(|| "polite".to_owned()));
    view! {
        <div class="bar">
            <h1>{heading}</h1>
            <span class="bar-count" aria-live=polite>{count}</span>
            <div class="bar-end">
                <LookControls/>
                <FilterPanel/>
                <SortMenu/>
            </div>
        </div>
    }
}
